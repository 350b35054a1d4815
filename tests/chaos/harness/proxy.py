"""Proxy: a port of its own in front of one server of a run's world, on which connections can be made to suffer.

    proxy = Proxy(run, "postgres")
    run.start("sink", env=proxy.env)      # this sink reaches Postgres through the proxy, whoever is not told so does not
    proxy.delay(0.1, 0.1)                 # seconds there and back
    proxy.stall()                         # connections stay and pass nothing; new ones are taken and hear nothing
    proxy.heal()
    proxy.cut()                           # RST to both ends of every connection
    proxy.refuse()                        # new connections are refused until heal()

It lives as long as the run, which has a process of its own. Servers: kafka, postgres, redis, sandbox. For Kafka the broker is
restarted once with a second listener that advertises this port: what came in by the proxy stays with it.
"""
import asyncio
import socket
import struct
import threading
from dataclasses import dataclass, field
from random import Random

VARIABLES = {"kafka": "TRIBUTARY_KAFKA_BROKERS", "postgres": "TRIBUTARY_POSTGRES", "redis": "TRIBUTARY_REDIS",
             "sandbox": "TRIBUTARY_SANDBOX"}
CHUNK = 65536
RETRANSMISSION = 0.2  # seconds, the least that Linux waits
AHEAD = 64  # chunks that may wait out a delay; whoever sends more than these waits itself


def port_of(world, server):
    """Where the server listens."""
    return int(world.env[VARIABLES[server]].rpartition("127.0.0.1:")[2].partition("/")[0])


def env_by(world, server, port):
    """What a program must be told so that it reaches the server by this port."""
    old, new = f"127.0.0.1:{port_of(world, server)}", f"127.0.0.1:{port}"
    return {name: value.replace(old, new) for name, value in world.env.items()
            if name.startswith("TRIBUTARY_") and old in value and name != "TRIBUTARY_STACK_ADDRESSES"}


def second_door(run, port):
    """Makes the broker listen once more and say there that it is at `port`; where that listener is."""
    run.world.env["TRIBUTARY_STACK_KAFKA_ADVERTISED"] = str(port)
    run.world.local("stack", "restart", "kafka")
    return int((run.world.folder / "run" / "kafka-second.port").read_text())


@dataclass
class Connection:
    """One that passes through: its two ends, and the tasks that carry."""
    ends: list
    tasks: list = field(default_factory=list)

    def close(self):
        for end in self.ends:
            end.close()

    def reset(self):
        for end in self.ends:
            if not end.is_closing():
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.transport.abort()
        for task in self.tasks:
            task.cancel()


class Proxy:
    def __init__(self, run, server, target=None):
        """`target`: a port that stands before the server already."""
        # Keeps the port while nobody listens at it: then the kernel refuses.
        self.place = socket.socket()
        self.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.place.bind(("127.0.0.1", 0))
        self.port = self.place.getsockname()[1]
        self.env = env_by(run.world, server, self.port)
        self.target = target or (second_door(run, self.port) if server == "kafka" else port_of(run.world, server))
        self.delays, self.late, self.n_late, self.connections, self.passed = [0.0, 0.0], 0.0, 0, [], 0
        self.random = Random(run.seed)
        self.loop = asyncio.new_event_loop()
        self.flows = asyncio.Event()
        self.flows.set()
        self.listener = None
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.call(self.listen())

    # ---- what it does to them ----

    def delay(self, there, back):
        """Seconds that each byte takes on its way to the server and from it."""
        self.delays[:] = there, back

    def lose(self, percent):
        """A proxy cannot lose what TCP carries; a loss shows as the time until it is sent again."""
        self.late, self.n_late = percent / 100, 0

    def dropped(self):
        """How many chunks fell to that, or to a stall."""
        return self.n_late

    def stall(self):
        self.loop.call_soon_threadsafe(self.flows.clear)

    partition = stall

    def cut(self):
        """The number of connections that were cut."""
        return self.call(self.reset_all())

    def refuse(self):
        self.call(self.unlisten())

    def heal(self):
        self.delay(0.0, 0.0)
        self.late = 0.0
        self.loop.call_soon_threadsafe(self.flows.set)
        self.call(self.listen())

    # ---- in its own thread ----

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    async def listen(self):
        if not self.listener:
            self.listener = await asyncio.start_server(self.carry, "127.0.0.1", self.port, reuse_port=True, limit=CHUNK)

    async def unlisten(self):
        if self.listener:
            self.listener.close()
            self.listener = None

    async def reset_all(self):
        n = len(self.connections)
        for connection in list(self.connections):
            connection.reset()
        return n

    async def carry(self, near_reader, near):
        connection = Connection([near])
        self.connections.append(connection)
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
            connection.ends.append(far)
            ways = ((near_reader, far), (far_reader, near))
            connection.tasks = [asyncio.ensure_future(self.way(i, *ways[i])) for i in (0, 1)]
            await asyncio.gather(*connection.tasks)
            connection.close()
        except (OSError, asyncio.CancelledError):
            connection.reset()  # one end is gone, so the other goes too
        finally:
            self.connections.remove(connection)

    async def way(self, which, reader, writer):
        """One direction: reads at once and gives on when it is due, so that a delay costs time and no throughput."""
        waiting = asyncio.Queue(AHEAD)
        taker = asyncio.ensure_future(self.take(which, reader, waiting))
        try:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0.0, due - self.loop.time()))
                self.n_late += not self.flows.is_set()
                await self.flows.wait()
                if isinstance(data, OSError):
                    raise data
                if not data:
                    writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()
                self.passed += len(data)
        finally:
            taker.cancel()

    async def take(self, which, reader, waiting):
        data = True
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError as error:
                await waiting.put((self.loop.time(), error))
                return
            late = self.random.random() < self.late
            self.n_late += late
            await waiting.put((self.loop.time() + self.delays[which] + late * RETRANSMISSION, data))
