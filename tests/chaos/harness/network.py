"""Network: faults of packets, in the network namespace that tests/chaos/run gives each scenario.

    way = door(run, "postgres")
    run.start("sink", env=way.env)   # this sink reaches Postgres by the door, whoever is not told so does not
    way.lose(2)                      # per cent of the packets, both ways
    way.partition()                  # all of them, of connections that there are and of new ones; nobody is told
    way.heal()

It goes with the namespace. A door is a port that nftables redirect to the server; its packets are known by the port that the
connection was opened to. Where there is no namespace of our own, or no nft, the harness's proxy is the door, and door() says so in
the history and among the figures.
"""
import socket
import subprocess

from harness.proxy import Proxy, env_by, port_of, second_door


def nft(script, check=True):
    return subprocess.run(["nft", "-f", "-"], input=script, text=True, capture_output=True, check=check).returncode == 0


def ours():
    """True where rules harm nobody else: there is nothing but loopback, and the kernel takes them."""
    try:
        return [name for _, name in socket.if_nameindex()] == ["lo"] and nft("add table inet probe; delete table inet probe", check=False)
    except FileNotFoundError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Door:
    def __init__(self, run, server):
        port = free_port()
        self.env = env_by(run.world, server, port)
        self.table, self.its = f"inet door{port}", f"meta l4proto tcp ct original proto-dst {port}"
        target = second_door(run, port) if server == "kafka" else port_of(run.world, server)
        # Rules of filter see each packet once: on its way in, since both ends are here.
        nft(f"""table {self.table} {{
            chain way {{ type nat hook output priority -100; tcp dport {port} redirect to :{target}; }}
            chain packets {{ type filter hook input priority 0; }}
        }}""")

    def rule(self, what):
        nft(f"flush chain {self.table} packets\nadd rule {self.table} packets {self.its} {what}")

    def lose(self, percent):
        self.rule(f"numgen random mod 1000 < {round(10 * percent)} counter drop")

    def partition(self):
        self.rule("counter drop")

    def heal(self):
        nft(f"flush chain {self.table} packets")

    def dropped(self):
        """Packets that fell to the present fault."""
        listed = subprocess.run(["nft", "list", "chain", *self.table.split(), "packets"], capture_output=True, text=True, check=True).stdout
        return int(listed.split("counter packets ")[1].split()[0]) if "counter packets " in listed else 0


def door(run, server):
    if ours():
        return Door(run, server)
    run.history.note("no network namespace: the proxy stands in", server=server)
    run.figure("network", "proxy")
    return Proxy(run, server)
