"""worker-stripe against a server that is not the sandbox: whoever speaks Stripe's API will do, and hears nothing but Stripe's API."""
import http.server
import json
import re
import subprocess
import threading
import unittest
import urllib.parse

from world import CLONE, WorldCase

KEY, ACCOUNT = "sk_test_51NotTheSandbox", "acct_1OtherServer"
VERSION = re.search(r'#define STRIPE_VERSION\s+"(.*)"', (CLONE / "workers/stripe/stripe.h").read_text())[1]


def customer(number):
    return {
        "id": f"cus_Other{number:03}", "object": "customer", "address": None, "balance": 0, "created": 1779834425 - 50 * number,
        "currency": "usd", "default_source": None, "delinquent": False, "description": None, "discount": None,
        "email": f"number{number}@example.com", "invoice_prefix": "6HXGQCS7", "livemode": False, "metadata": {},
        "name": f"Customer {number}", "next_invoice_sequence": 2, "phone": None, "preferred_locales": [], "shipping": None,
        "tax_exempt": "none", "test_clock": None,
    }


CUSTOMERS = [customer(number) for number in range(150)]


class OtherStripe(http.server.BaseHTTPRequestHandler):
    """Two pages of customers; what else there is to list is empty, and all the rest is not found."""
    protocol_version = "HTTP/1.1"
    heard = []  # (path with query, headers)

    def do_GET(self):
        self.heard.append((self.path, dict(self.headers.items())))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/v1/customers":
            self.answer(200, self.page(CUSTOMERS, url.path, query))
        elif url.path in ("/v1/products", "/v1/charges", "/v1/events"):
            self.answer(200, self.page([], url.path, query))
        else:
            self.answer(404, {"error": {"type": "invalid_request_error", "message": f"Unrecognized request URL (GET: {url.path})."}})

    def do_POST(self):
        self.heard.append((f"POST {self.path}", dict(self.headers.items())))
        self.answer(405, {})

    @staticmethod
    def page(objects, path, query):
        ids = [one["id"] for one in objects]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        end = start + int(query.get("limit", 10))
        return {"object": "list", "data": objects[start:end], "has_more": end < len(objects), "url": path}

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Request-Id", f"req_{len(self.heard)}")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class OtherServer(WorldCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OtherStripe)
        cls.server.daemon_threads = True
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.worker_env = {"TRIBUTARY_STRIPE_URL": f"http://127.0.0.1:{cls.server.server_port}"}
        super().setUpClass()
        cls.world.stop("sandbox")

    def connect(self, *settings):
        """By the commands of the README, the key on standard input."""
        company = self.world.run("tributary", "company", "create", "Elsewhere Ltd").stdout.strip()
        connection = self.world.run("tributary", "connection", "create", "--company", company, "--source", "stripe", *settings,
                                    stdin=KEY).stdout.strip()
        return company, connection

    def tearDown(self):
        """Whatever was synced: nothing outside of Stripe's API, nothing but reads, and each call says which version it means."""
        for path, headers in OtherStripe.heard:
            self.assertTrue(path.startswith("/v1/"), path)
            self.assertEqual(VERSION, headers.get("Stripe-Version"), path)

    def heard(self, account):
        return [(path, headers) for path, headers in OtherStripe.heard if headers.get("Stripe-Account") == account]

    def test_two_pages_of_customers_come_from_any_server_and_all_calls_are_stripes(self):
        company, connection = self.connect()
        self.assertEqual({"commerce-customers": "Complete"}, self.world.sync(company, ["commerce-customers"]))
        rows = self.world.sql("select id, customer_name, email_address, default_currency from commerce.customers "
                              f"where connection_id = '{connection}' order by id")
        self.assertEqual([[c["id"], c["name"], c["email"], "USD"] for c in CUSTOMERS], rows)
        heard = self.heard(None)
        pages = [path for path, _ in heard if path.startswith("/v1/customers?")]
        self.assertEqual(2, len(pages), pages)
        self.assertIn("starting_after=cus_Other099", pages[1])
        self.assertEqual({f"Bearer {KEY}"}, {headers.get("Authorization") for _, headers in heard})

    def test_settings_name_the_account_that_a_platform_acts_for(self):
        company, connection = self.connect("--setting", f"stripeAccount={ACCOUNT}")
        self.assertEqual({"commerce-customers": "Complete"}, self.world.sync(company, ["commerce-customers"]))
        self.assertEqual(str(len(CUSTOMERS)), self.world.value(
            f"select count(*) from commerce.customers where connection_id = '{connection}'"))
        self.assertEqual(2, len([path for path, _ in self.heard(ACCOUNT) if path.startswith("/v1/customers?")]))

    def test_what_the_server_does_not_have_ends_not_supported_and_an_empty_list_complete(self):
        company, _ = self.connect()
        self.assertEqual({"commerce-disputes": "NotSupported", "commerce-products": "Complete"},
                         self.world.sync(company, ["commerce-disputes", "commerce-products"]))


if __name__ == "__main__":
    unittest.main()
