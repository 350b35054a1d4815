"""Job messages that none of our programs sends now: duplicates, stale ones, those of slices to come; and what lies on the topics."""
import struct
import subprocess

PARTITIONS = 12  # of a job topic in a World


def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value.encode()


def job(connection, dataset, slice_no):
    """The framed message, as proto/tributary/v1/job.proto has it."""
    fields = {1: 1, 2: "test", 3: dataset, 4: slice_no, 5: 1, 6: connection}
    return struct.pack(">xIx", 1) + b"".join(field(number, value) for number, value in fields.items())


def send(run, connection, dataset, slice_no, partitions=range(PARTITIONS), source="stripe", job_class="interactive"):
    """One such message to each of `partitions`; by kcat, so that it is not our own producer that is tested."""
    for partition in partitions:
        run.world.produce(f"jobs.{source}.{job_class}", connection, job(connection, dataset, slice_no), partition=partition)


def published(run, dataset, source="stripe", job_class="interactive"):
    """The slice numbers of a dataset's messages that lie on the topic, in no order."""
    shown = subprocess.run(["kcat", "-C", "-q", "-e", "-b", run.world.env["TRIBUTARY_KAFKA_BROKERS"],
                            "-t", f"jobs.{source}.{job_class}", "-o", "beginning", "-f", "%S %s\n"], check=True, capture_output=True).stdout
    slices, at = [], 0
    while at < len(shown):
        length, _, _ = shown[at:].partition(b" ")
        start = at + len(length) + 1
        value, at = shown[start:start + int(length)], start + int(length) + 1
        before, found, after = value.partition(dataset.encode())
        if found and before and after[0] == 4 << 3:
            slices.append(after[1] if after[1] < 128 else after[1] & 127 | after[2] << 7)
    return slices
