"""Memory: what a core file made by root would hold of a running process."""
import re

MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)")


def mappings(pid):
    """(start, end, name) of what is readable and not left out of core files (madvise: VmFlags dd)."""
    found = None
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as file:
        for line in file:
            if match := MAPPING.match(line):
                found = match
            elif line.startswith("VmFlags:") and "r" in found[3] and " dd" not in line and not found[4].startswith("[v"):
                yield int(found[1], 16), int(found[2], 16), found[4]


def search(pid, pattern):
    """[(mapping's name, match)] of a bytes pattern."""
    hits = []
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for start, end, name in mappings(pid):
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except OSError:  # gone meanwhile
                continue
            hits += [(name, match[0]) for match in re.finditer(pattern, content)]
    return hits
