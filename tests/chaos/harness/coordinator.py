"""Coordinator: what it says a group has committed, in Kafka's own protocol: kcat cannot ask it."""
import socket
import struct

FIND_COORDINATOR, OFFSET_FETCH = 10, 9


class Answer:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, kind):
        value, = struct.unpack_from(f">{kind}", self.data, self.at)
        self.at += struct.calcsize(kind)
        return value

    def text(self):
        length = max(self.take("h"), 0)
        self.at += length
        return self.data[self.at - length:self.at].decode()


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def ask(address, api, version, body):
    request = struct.pack(">hhi", api, version, 1) + text("chaos") + body
    with socket.create_connection(address, timeout=30) as connection, connection.makefile("rb") as file:
        connection.sendall(struct.pack(">i", len(request)) + request)
        answer = Answer(file.read(struct.unpack(">i", file.read(4))[0]))
    answer.take("i")
    return answer


def address(text_of_it):
    host, port = text_of_it.rsplit(":", 1)
    return host, int(port)


def committed(world, group, places):
    """{(topic, partition): offset} of those `places` where the group has committed."""
    found = ask(address(world.env["TRIBUTARY_KAFKA_BROKERS"].split(",")[0]), FIND_COORDINATOR, 0, text(group))
    assert found.take("h") == 0, f"no coordinator of {group}"
    found.take("i")
    coordinator = found.text(), found.take("i")
    wanted = b"".join(text(topic) + struct.pack(">ii", 1, partition) for topic, partition in places)
    answer, offsets = ask(coordinator, OFFSET_FETCH, 1, text(group) + struct.pack(">i", len(places)) + wanted), {}
    for _ in range(answer.take("i")):
        topic = answer.text()
        for _ in range(answer.take("i")):
            partition, offset = answer.take("i"), answer.take("q")
            answer.text()
            error = answer.take("h")
            assert error == 0, f"{group} {topic}/{partition}: error {error}"
            if offset >= 0:
                offsets[topic, partition] = offset
    return offsets
