"""LinkCase: a world for tests of Link: workers of both sources, a company's own site that Link returns to, and a visitor without a
browser, who follows nothing by himself."""
import html
import http.client
import http.server
import re
import threading
import unittest
import urllib.parse

from world import CLONE, World, until

ARTIFACTS = CLONE / "build" / "artifacts" / "link"
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


class Site:
    """The company's own pages: answers anything, and keeps what it was asked."""

    def __init__(self):
        site = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append((self.path, self.headers.get("Referer")))
                body = b"<!doctype html><html lang=en><title>The company</title><h1>Back at the company</h1></html>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class LinkCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        cls.world = World()
        cls.world.env["TRIBUTARY_LINK_REDIRECTS"] = f"https://app.example.com/after, {cls.site.url}/app"
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        for source in ("quickbooks", "xero"):
            cls.world.start(f"worker-{source}")
        cls.world.start("sink")
        for source in ("quickbooks", "xero"):
            for account in ("acme", "beta"):
                cls.world.sandbox("POST", f"/{source}/{account}", {"size": "small"})

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        self.world.failed |= len(result.failures) + len(result.errors) > before
        return result

    def company(self, name="Acme & Sons", **fields):
        status, company = self.world.api("POST", "/companies", {"name": name, **fields})
        self.assertEqual(status, 200, company)
        return company

    def connection(self, company, source="quickbooks"):
        status, connection = self.world.api("POST", f"/companies/{company['id']}/connections", {"platformKey": source})
        self.assertEqual(status, 200, connection)
        return connection

    def only_connection(self, company):
        """As the API shows it."""
        status, answer = self.world.api("GET", f"/companies/{company['id']}")
        self.assertEqual((status, len(answer["dataConnections"])), (200, 1), answer)
        return answer["dataConnections"][0]

    def get(self, company, connection):
        status, answer = self.world.api("GET", f"/companies/{company['id']}/connections/{connection['id']}")
        self.assertEqual(status, 200, answer)
        return answer

    def version(self, connection):
        return self.world.value(f"select version from control.credential where connection_id = '{connection['id']}'")

    def datasets(self, connection):
        return {row[0] for row in self.world.sql(f"select data_type from control.dataset where connection_id = '{connection['id']}'")}

    def deauthorize(self, company, connection, source="quickbooks"):
        """The vendor's user ends the access, and a sync finds out."""
        self.finish(connection)
        for grant in self.world.sandbox("GET", f"/{source}/grants"):
            if grant["alive"]:
                self.world.sandbox("POST", f"/{source}/grants/{grant['grant']}/revoke")
        self.world.sync(company["id"], ["customers"])
        until(lambda: self.get(company, connection)["status"] == "Deauthorized", 30, "Deauthorized")

    def finish(self, connection):
        """Until whatever is queued has been read."""
        self.world.wait([row[0] for row in self.world.sql(f"select id from control.dataset where connection_id = '{connection['id']}'")])


class Visitor:
    """Asks one thing at a time and keeps cookies by name, as one browser does."""

    def __init__(self, world):
        self.world, self.cookies = world, {}
        self.status, self.headers, self.page, self.url = None, None, "", None

    def ask(self, method, url, form=None):
        self.url = urllib.parse.urljoin(self.url or self.world.env["TRIBUTARY_API"], url)
        parts = urllib.parse.urlsplit(self.url)
        link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urllib.parse.urlencode(form), "application/x-www-form-urlencoded"
        try:
            link.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
            answer = link.getresponse()
            self.status, self.headers, self.page = answer.status, answer.headers, answer.read().decode()
        finally:
            link.close()
        for cookie in self.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return self

    @property
    def onward(self):
        """Where a browser would go now."""
        return self.headers["Location"] or self.headers["Refresh"].partition("url=")[2]

    def start(self, link, source):
        """To the vendor's consent: its address."""
        return self.ask("POST", link + "/start", {"source": source}).onward

    def consent(self, address, *accounts, decision="allow"):
        """The vendor's page, filled in: the address of the callback."""
        self.ask("GET", address)
        fields = [(name, html.unescape(value)) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', self.page)]
        fields += [("account", account) for account in accounts] + [("decision", decision)]
        self.ask("POST", address, fields)
        assert self.status == 302, self.page
        return self.onward

    def heading(self):
        return html.unescape(re.search(r"<h1>(.*?)</h1>", self.page, re.S).group(1))
