"""Vendor: an HTTP server that keeps limits and does nothing else, so that a test of the quota does not depend on the sandbox's own count.

    with Vendor({"minute": ("tenant", 60, 60.0), "concurrent": ("tenant", 5, 0)}) as vendor: … vendor.url + "/acme"

The tenant is the path. Windows move with the clock, exact to the request, from its arrival. A request over a limit is answered 429 and
counted in `over`, and takes no place. `sends` holds what was let through: (time, tenant).
"""
import asyncio
import threading
import time
from collections import defaultdict, deque

REASONS = {200: "OK", 429: "Too Many Requests"}


class Vendor:
    def __init__(self, limits, latency=0.05, headers=None):
        self.limits, self.latency = dict(limits), latency
        self.headers = headers or {}  # {limit: header that says what is left}
        self.retry_after = False      # a 429 says when, and of which limit
        self.ahead = 0.0              # seconds added to the clock
        self.windows = defaultdict(deque)
        self.flying = defaultdict(int)
        self.sends, self.over, self.most = [], defaultdict(int), defaultdict(int)

    def __enter__(self):
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.serve, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def serve(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        server.close()
        self.loop.close()

    def now(self):
        return time.monotonic() + self.ahead

    def window(self, name, tenant):
        scope, _, seconds = self.limits[name]
        window = self.windows[name, tenant if scope == "tenant" else ""]
        while window and window[0] <= self.now() - seconds:
            window.popleft()
        return window

    def full(self, tenant):
        """The limits that this request is over, with the seconds until each has a place."""
        found = {}
        for name, (scope, most, seconds) in self.limits.items():
            if seconds == 0 and self.flying[name, tenant if scope == "tenant" else ""] >= most:
                found[name] = 1
            elif seconds and len(self.window(name, tenant)) >= most:
                found[name] = int(self.window(name, tenant)[-most] + seconds - self.now()) + 1
        return found

    def use(self, tenant, times=1):
        """Requests that others make with the same app."""
        for name, (_, _, seconds) in self.limits.items():
            for _ in range(times if seconds else 0):
                self.window(name, tenant).append(self.now())

    def take(self, tenant):
        for name, (scope, _, seconds) in self.limits.items():
            owner = tenant if scope == "tenant" else ""
            if seconds:
                self.window(name, tenant).append(self.now())
                count = len(self.window(name, tenant))
            else:
                self.flying[name, owner] += 1
                count = self.flying[name, owner]
            self.most[name, owner] = max(self.most[name, owner], count)
        self.sends.append((time.time(), tenant))

    def land(self, tenant):
        for name, (scope, _, seconds) in self.limits.items():
            if not seconds:
                self.flying[name, tenant if scope == "tenant" else ""] -= 1

    async def answer(self, tenant):
        full = self.full(tenant)
        if full:
            for name in full:
                self.over[name] += 1
            name = max(full, key=full.get)
            return 429, {"Retry-After": full[name], "X-Problem": name} if self.retry_after else {}
        self.take(tenant)
        left = {header: max(0, self.limits[name][1] - len(self.window(name, tenant))) for name, header in self.headers.items()}
        try:
            await asyncio.sleep(self.latency)
        finally:
            self.land(tenant)
        return 200, left

    async def talk(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                status, headers = await self.answer(head.split(" ")[1].strip("/"))
                lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                writer.write(f"HTTP/1.1 {status} {REASONS[status]}\r\n{lines}Content-Length: 2\r\n\r\n{{}}".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
