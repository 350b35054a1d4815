"""What others read: record topics with stock tools, by the very command in the README, and the events of a dataset."""
import json
import re
import subprocess
import unittest

from world import CLONE, WorldCase, until

ORDERS = "commerce-orders"


def readme_command(comment):
    """The command that stands below a comment in one of the README's code blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", (CLONE / "README.md").read_text(), re.S)
    found = [command for block in blocks for command in block.split("\n\n") if command.startswith(f"# {comment}")]
    assert len(found) == 1, f"the README has {len(found)} commands below '# {comment}'"
    return found[0]


class Consumers(WorldCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company, cls.connection = cls.world.connect("read")
        cls.first = cls.dataset()
        cls.second = cls.dataset(full=True)

    @classmethod
    def dataset(cls, full=False):
        queued = cls.world.queue(cls.company, ORDERS, full)
        states = cls.world.wait([queued])
        assert states == {queued: "Complete"}, states
        return queued

    def consume(self, topic, *options):
        lines = self.world.run("tributary", "consume", topic, "--from-beginning", "--to-end", *options).stdout
        return [json.loads(line) for line in lines.splitlines()]

    def test_the_readmes_kcat_and_protoc_decode_what_our_own_consumer_shows(self):
        command = readme_command("the newest order, decoded by protoc")
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=self.world.env, cwd=CLONE, capture_output=True,
                              text=True, check=False, timeout=60)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        order = re.search(r'^id: "(.*)"$', done.stdout, re.M)[1]
        ours = self.consume("records.commerce.orders", "--key", f"{self.connection}/{ORDERS}/{order}")[-1]
        self.assertEqual(self.second, ours["dataset"])
        value = ours["value"]
        self.assertEqual(f'{value["currency"]}', re.search(r'^currency: "(.*)"$', done.stdout, re.M)[1])
        amounts = dict(re.findall(r'^(total_\w+) \{\n  value: "(.*)"\n\}', done.stdout, re.M))
        self.assertEqual(f'{value["totalAmount"]:.2f}', f'{float(amounts["total_amount"]):.2f}')
        self.assertEqual(len(value.get("orderLineItems", [])), len(re.findall(r"^order_line_items \{", done.stdout, re.M)))
        row = self.world.sql("select total_amount, currency from commerce.orders "
                             f"where connection_id = '{self.connection}' and id = '{order}'")
        self.assertEqual([[amounts["total_amount"], value["currency"]]], row)

    def test_a_value_begins_with_confluents_frame_and_its_headers_name_version_and_dataset(self):
        done = subprocess.run(["kcat", "-C", "-b", self.world.env["TRIBUTARY_KAFKA_BROKERS"], "-t", "records.commerce.orders",
                               "-o", "beginning", "-e", "-q", "-c", "1", "-D", "", "-f", "%h\n%s"], capture_output=True,
                              check=True, timeout=60)
        headers, value = done.stdout.split(b"\n", 1)
        names = dict(header.split("=", 1) for header in headers.decode().split(","))
        self.assertRegex(names["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(self.first, names["dataset"])
        self.assertEqual((0, 0), (value[0], value[5]))

    def test_the_readmes_own_consumer_prints_one_order(self):
        command = readme_command("or with our own").replace("build/bin/", f"{self.world.bin}/")
        done = subprocess.run(["bash", "-c", command], env=self.world.env, cwd=CLONE, capture_output=True, text=True,
                              check=True, timeout=60)
        self.assertEqual(["tributary.commerce.v1.Order"], [json.loads(line)["type"] for line in done.stdout.splitlines()])

    def test_dataset_events_tell_the_status_changes_in_order(self):
        first = ["Queued", "Fetching", "Processing", "Complete"]
        second = ["Queued", "Fetching", "Processing", "Validating", "Complete"]
        until(lambda: self.statuses(self.second)[-1:] == ["Complete"], 30, lambda: self.statuses(self.second))
        self.assertEqual(first, self.statuses(self.first))
        self.assertEqual(second, self.statuses(self.second))

    def statuses(self, dataset):
        """At least once: equal ids are the same event."""
        events = {}
        for message in self.consume("dataset-events", "--key", self.company):
            if message["value"].get("datasetId") == dataset:
                events.setdefault(message["value"]["id"], message["value"]["status"])
        return list(events.values())


if __name__ == "__main__":
    unittest.main()
