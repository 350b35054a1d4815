"""Gateway: an HTTP server before the sandbox that spoils the answers it is told to: what the sandbox's own faults cannot do.

    gateway = Gateway(run)
    run.start("worker-stripe", env=gateway.env)
    fault = gateway.spoil("sk_live_sandbox_acme", "/v1/charges", act=hang_in_body, times=2)
    fault.strikes                                 # when it struck (time.monotonic)

A fault strikes requests in whose head all its words stand (the key, a tenant, a path). Its act either changes the answer and returns it,
to be sent as usual, or sends something itself and returns None: then the connection ends. It lives as long as the run.
"""
import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable

from harness.proxy import env_by, port_of
from world import TENANT_SETTINGS

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @json.setter
    def json(self, value):
        self.body = json.dumps(value).encode()


@dataclass
class Fault:
    words: tuple
    act: Callable  # (exchange, answer) → answer or None
    after: int
    times: int     # < 0: until the end
    strikes: list = field(default_factory=list)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # a client that left in the middle of an answer: most do, that is what the faults are for


def word_of(world, account, source, connection):
    """What stands in the head of each request for this account: its tenant, or its key."""
    if source in TENANT_SETTINGS:
        return world.value(f"select settings ->> '{TENANT_SETTINGS[source]}' from control.connection where id = '{connection}'")
    return f"sandbox_{account}\n"


class Gateway:
    def __init__(self, run):
        self.target, self.faults, self.lock, self.requests = port_of(run.world, "sandbox"), [], threading.Lock(), []
        gateway = self

        class Exchange(BaseHTTPRequestHandler):
            protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", -1, True

            def handle_request(self):
                answer = gateway.answer(self)
                if answer:
                    self.send_head(answer)
                    self.wfile.write(answer.body)
                else:
                    self.close_connection = True

            def send_head(self, answer):
                self.send_response_only(answer.status)
                for name, value in {**answer.headers, "Content-Length": len(answer.body)}.items():
                    self.send_header(name, str(value))
                self.end_headers()

            do_GET = do_POST = handle_request

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Exchange)
        self.port = self.server.server_address[1]
        self.env = env_by(run.world, "sandbox", self.port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spoil(self, *words, act, times=-1, after=0):
        fault = Fault(words, act, after, times)
        with self.lock:
            self.faults.append(fault)
        return fault

    def requests_with(self, word):
        """When requests came whose head has this word."""
        with self.lock:
            return [at for at, head in self.requests if word in head]

    def answer(self, exchange):
        head = f"{exchange.command} {exchange.path}\n{exchange.headers}"
        with self.lock:
            self.requests.append((time.monotonic(), head))
            striking = [fault for fault in self.faults if self.strikes(fault, head)]
        answer = self.ask(exchange)
        for fault in striking:
            answer = answer and fault.act(exchange, answer)
        return answer

    @staticmethod
    def strikes(fault, head):
        if fault.times == 0 or not all(word in head for word in fault.words):
            return False
        if fault.after > 0:
            fault.after -= 1
            return False
        fault.times -= fault.times > 0
        fault.strikes.append(time.monotonic())
        return True

    def ask(self, exchange):
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in exchange.headers.items() if name.lower() not in HOP_BY_HOP}
        vendor = http.client.HTTPConnection("127.0.0.1", self.target, timeout=60)
        try:
            vendor.request(exchange.command, exchange.path, body or None, headers)
            said = vendor.getresponse()
            return Answer(said.status, {n: v for n, v in said.getheaders() if n.lower() not in HOP_BY_HOP}, said.read())
        finally:
            vendor.close()


# ---- Acts ----


def status(code, headers=None, body=b"{}"):
    """At once another answer than the right one."""
    return lambda exchange, answer: Answer(code, {"Content-Type": "application/json", **(headers or {})}, body)


def redirect_to_itself(exchange, answer):
    return Answer(302, {"Location": f"http://{exchange.headers['Host']}{exchange.path}"}, b"")


def hang_in_body(exchange, answer):
    """Half of the body, and then nothing, until the other side has had enough."""
    exchange.send_head(answer)
    exchange.wfile.write(answer.body[:len(answer.body) // 2])
    exchange.wfile.flush()
    exchange.connection.settimeout(120)
    exchange.connection.recv(1)


def drip(n_bytes, pause):
    """The right body, this much at a time."""
    def act(exchange, answer):
        exchange.send_head(answer)
        for at in range(0, len(answer.body), n_bytes):
            exchange.wfile.write(answer.body[at:at + n_bytes])
            exchange.wfile.flush()
            time.sleep(pause)
    return act


def changed(change):
    """The right answer, but for what `change` does to its JSON."""
    def act(exchange, answer):
        if answer.status == 200:
            value = answer.json
            change(value)
            answer.json = value
        return answer
    return act
