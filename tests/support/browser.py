"""Browser: headless Chromium, driven over --remote-debugging-pipe: JSON messages that end in NUL, on file descriptors 3 and 4.

One Browser is one profile of its own, so two of them share no cookie. Every wait is for a condition, with a bound.
"""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = shutil.which("chromium-headless-shell")
KEYS = {"Tab": 9, "Enter": 13, "Space": 32, "ArrowDown": 40, "ArrowUp": 38}
KEY_TEXTS = {"Enter": "\r", "Space": " "}


class Browser:
    def __init__(self, width=1024, height=768, dark=False):
        self.profile = tempfile.mkdtemp(prefix="tributary-browser-")
        (to_browser, self.write_end), (self.read_end, from_browser) = os.pipe(), os.pipe()
        # The browser has its ends as 3 and 4. Above these before, so that neither is in the other's way.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
        shell = "exec 3<&{0} 4>&{1} {0}<&- {1}>&-; exec \"$@\"".format(*ends)
        command = ["bash", "-c", shell, "bash", PROGRAM, "--remote-debugging-pipe", "--no-sandbox", f"--user-data-dir={self.profile}",
                   f"--window-size={width},{height}", "--no-first-run", "--disable-gpu", "--disable-background-networking",
                   "--disable-dev-shm-usage", "--no-proxy-server", "about:blank"]
        self.process = subprocess.Popen(command, pass_fds=ends, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for end in (to_browser, from_browser, *ends):
            os.close(end)
        self.buffer, self.number, self.width, self.height, self.dark = b"", 0, width, height, dark
        self.tabs, self.complaints = [], []
        self.tab = None
        self.new_tab()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.close(self.write_end)  # its end of the pipe gone, the browser ends
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.read_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    # ---- the protocol ----

    def call(self, method, session=True, seconds=30, **parameters):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = self.tab
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + seconds
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                raise AssertionError("the browser does not answer")
            data = os.read(self.read_end, 1 << 16)
            if not data:
                raise AssertionError("the browser has ended")
            self.buffer += data
        text, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(text)
        self.note(message)
        return message

    def note(self, message):
        """What the browser complains of: refused by a policy, a script that failed."""
        parameters = message.get("params", {})
        if message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            entry = parameters["entry"]
            self.complaints.append(f"{entry['source']}: {entry['text']} ({entry.get('url', '')[:60]})")
        elif message.get("method") == "Audits.issueAdded" and parameters["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.complaints.append(json.dumps(parameters["issue"])[:400])

    # ---- tabs and pages ----

    def new_tab(self):
        target = self.call("Target.createTarget", session=False, url="about:blank")["targetId"]
        self.tab = self.call("Target.attachToTarget", session=False, targetId=target, flatten=True)["sessionId"]
        self.tabs.append(self.tab)
        for domain in ("Page", "Log", "Audits"):
            self.call(f"{domain}.enable")
        self.resize(self.width, self.height)
        if self.dark:
            self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        return self.tab

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)

    def evaluate(self, expression):
        """Of the page's world only what it says; the pages themselves have no script."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise BrowserError(result["exceptionDetails"]["exception"].get("description", "failed"))
        return result["result"].get("value")

    def until(self, expression, seconds=20):
        """Until the expression is true in the page that then stands, and the page is there whole."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                value = self.evaluate(f"document.readyState === 'complete' && ({expression})")
                if value:
                    return value
            except BrowserError:  # between two pages
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {expression}\nat {self.url[:120]}\n{self.text[:1000]}")
            time.sleep(0.05)

    def go(self, url):
        answer = self.call("Page.navigate", url=url)
        assert "errorText" not in answer, f"{url[:60]}: {answer['errorText']}"
        self.until("location.href !== 'about:blank'")

    def see(self, text):
        self.until(f"document.body.innerText.includes({json.dumps(text)})")

    def arrive(self, prefix):
        self.until(f"location.href.startsWith({json.dumps(prefix)})")

    @property
    def url(self):
        return self.evaluate("location.href")

    @property
    def text(self):
        return self.evaluate("document.body ? document.body.innerText : ''")

    @property
    def title(self):
        return self.evaluate("document.title")

    def reload(self):
        self.call("Page.reload")

    # ---- what a person does ----

    def click(self, selector):
        """A click of the mouse where the element stands."""
        place = self.until(f"""(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;
            e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect();
            return {{x: r.x + r.width / 2, y: r.y + r.height / 2}}; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place["x"], y=place["y"], button="left", clickCount=1)

    def press(self, key):
        text = {"text": KEY_TEXTS[key]} if key in KEY_TEXTS else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=" " if key == "Space" else key, code=key, windowsVirtualKeyCode=KEYS[key], **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=" " if key == "Space" else key, code=key, windowsVirtualKeyCode=KEYS[key])

    def type(self, text):
        self.call("Input.insertText", text=text)

    def tab_to(self, expression, most=40):
        """Presses Tab until the element in focus fits: `e` in the expression."""
        for _ in range(most):
            self.press("Tab")
            if self.evaluate(f"(e => {expression})(document.activeElement)"):
                return
        raise AssertionError(f"no Tab leads to where {expression}")

    def picture(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


class BrowserError(Exception):
    pass
