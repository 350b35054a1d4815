"""Messages on the topics that nobody of ours would send: each lies in a dead-letter topic with its reason, and what comes behind it
on the same partition goes on."""
import json
import subprocess
import unittest
import uuid

from world import WorldCase, until

JOBS, JOB_LETTERS = "jobs.stripe.interactive", "jobs.stripe.dlq"
TYPE, TABLE = "commerce-customers", "commerce.customers"
RECORDS, RECORD_LETTERS = "records.commerce.customers", "records.dlq"


def varint(number):
    more, low = number >> 7, number & 0x7F
    return bytes([low | 0x80]) + varint(more) if more else bytes([low])


def message(fields):
    """A protobuf message of numbers and texts: {field number: value}."""
    out = b""
    for number, value in fields.items():
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value.encode())) + value.encode()
    return out


def frame(schema_id, content):
    return b"\0" + schema_id.to_bytes(4, "big") + b"\0" + content


def job(schema_id=1, **changes):
    """A job as proto/tributary/v1/job.proto has it, with changes."""
    fields = {"version": 1, "environment": "test", "dataset_id": str(uuid.uuid4()), "slice_no": 1, "job_class": 1,
              "connection_id": str(uuid.uuid4()), **changes}
    return frame(schema_id, message(dict(enumerate(fields.values(), 1))))


class BadMessages(WorldCase):
    def letters(self, topic):
        lines = self.world.run("tributary", "dlq", "list", "--topic", topic).stdout.splitlines()
        return list(map(json.loads, lines))

    def kcat(self, topic, form, *options):
        done = subprocess.run(["kcat", "-C", "-q", "-e", "-b", self.world.env["TRIBUTARY_KAFKA_BROKERS"], "-t", topic, "-f", form,
                               *options], capture_output=True, check=True, timeout=60)
        return done.stdout

    def end(self, topic, partition):
        """The partition's next offset."""
        offsets = self.kcat(topic, "%o\n", "-p", str(partition), "-o", "beginning").split()
        return int(offsets[-1]) + 1 if offsets else 0

    def assert_refused(self, topic, letters_topic, partition, messages):
        """Each of (value, key, headers, reason) lies in the dead-letter topic, with the place where it was read."""
        first, before = self.end(topic, partition), len(self.letters(letters_topic))
        for value, key, headers, _ in messages:
            self.world.produce(topic, key, value, headers, partition)
        wanted = {f"{topic}/{partition}/{first + i}": one[3] for i, one in enumerate(messages)}
        until(lambda: len(self.letters(letters_topic)) == before + len(messages), 30, lambda: self.letters(letters_topic))
        found = {letter["from"]: letter["reason"] for letter in self.letters(letters_topic)}
        for place, reason in wanted.items():
            self.assertIn(reason, found.get(place, f"no letter from {place}: {found}"))

    def job_partition(self, connection):
        """Where the connection's jobs lie; its later ones come behind what is put there."""
        lines = self.kcat(JOBS, "%p %k\n", "-o", "beginning").decode(errors="replace").splitlines()
        return next(int(line.split()[0]) for line in lines if line.endswith(connection))

    def test_job_messages_that_are_no_job_of_ours_are_buried_and_the_next_jobs_run(self):
        company, connection = self.world.connect("jobs")
        self.world.sync(company, [TYPE])
        partition = self.job_partition(connection)
        bad = {
            b"no job at all": "value begins with 0x6e",
            b"\0": "too short for a frame",
            frame(1, b"\xff\xff\xff"): "3 bytes are no tributary.v1.Job",
            job(schema_id=7): "schema id 7 where 1",
            job(environment="elsewhere"): "of environment 'elsewhere', this one is 'test': check the brokers' address",
            job(version=2): "version 2, this program reads up to 1: upgrade the workers first",
            job(dataset_id="the last one"): "dataset_id is no UUID",
            job(slice_no=0): "slice 0 is out of range",
            job(job_class=9): "unknown class 9",
            job(environment="x" * 5000): "at most 4096 are allowed",
        }
        self.assert_refused(JOBS, JOB_LETTERS, partition, [(value, connection, {}, reason) for value, reason in bad.items()])
        buried = self.letters(JOB_LETTERS)
        # A job of a dataset that is not there is no harm either: it is told and passed over.
        unknown = str(uuid.uuid4())
        self.world.produce(JOBS, connection, job(dataset_id=unknown, connection_id=connection), partition=partition)
        until(lambda: unknown in self.world.log("worker-stripe"), 30, "the log tells of the unknown dataset")
        self.assertEqual({TYPE: "Complete"}, self.world.sync(company, [TYPE], full=True))
        self.assertEqual([], self.world.differences("jobs", company, connection, [TYPE]))
        self.assertEqual(buried, self.letters(JOB_LETTERS))

    def test_a_replayed_job_message_is_the_same_message_on_its_partition(self):
        value = job(environment="replayed")
        self.assert_refused(JOBS, JOB_LETTERS, 3, [(value, "", {}, "of environment 'replayed'")])
        letter = next(one for one in self.letters(JOB_LETTERS) if "'replayed'" in one["reason"])
        done = self.world.run("tributary", "dlq", "replay", "--topic", JOB_LETTERS, "--partition", letter["partition"],
                              "--offset", letter["offset"])
        self.assertIn("1 sent, 0 kept", done.stderr)
        self.assertEqual(value, self.kcat(JOBS, "%s", "-p", "3", "-o", "-1", "-c", "1"))
        # It is as bad as before, and says so again from its new place.
        until(lambda: len([one for one in self.letters(JOB_LETTERS) if "'replayed'" in one["reason"]]) == 2, 30,
              lambda: self.letters(JOB_LETTERS))

    def test_record_messages_that_are_no_record_are_dead_lettered_and_the_next_records_arrive(self):
        company, connection = self.world.connect("records")
        self.world.sync(company, [TYPE])
        partition, key = self.kcat(RECORDS, "%p %k\n", "-o", "beginning").decode().splitlines()[-1].split()
        value = self.kcat(RECORDS, "%s", "-p", partition, "-o", "-1", "-c", "1")
        dataset = self.world.value(f"select id from control.dataset where company_id = '{company}'")
        good = {"version": "0.0.1", "dataset": dataset}
        self.assert_refused(RECORDS, RECORD_LETTERS, int(partition), [
            (b"\0\0\0\0\x09" + value[5:], key, good, "schema id 9 where"),
            (b'{"id":"cus_1"}', key, good, "value begins with 0x7b, not with a frame's 0x00"),
            (value[:3], key, good, "too short for a frame"),
            (value[:6] + b"\xff\xff\xff", key, good, "bytes are no tributary.commerce.v1.Customer"),
            (value, "cus_1", good, "key does not begin with a connection's uuid"),
            (value, key.replace(TYPE, "commerce-orders"), good, "key is of commerce-orders, the topic of commerce-customers"),
            (value, f"{connection}/{TYPE}/another", good, "its key 'another'"),
            (value, key, {**good, "version": "newest"}, "version 'newest' is not generation.source_version.epoch"),
            (value, key, {"dataset": dataset}, "header version is missing"),
            (value, key, {"version": "0.0.1"}, "header dataset is missing"),
            (value, key, {**good, "dataset": "the last one"}, "header dataset is no uuid"),
        ])
        self.world.sandbox("POST", "/stripe/records/change", {"type": "customers", "count": 3})
        self.assertEqual({TYPE: "Complete"}, self.world.sync(company, [TYPE]))
        self.assertEqual([], self.world.differences("records", company, connection, [TYPE]))

    def test_a_row_that_the_table_refuses_is_dead_lettered_alone_and_arrives_by_replay_once_the_table_takes_it(self):
        self.world.sandbox("POST", "/stripe/refused", {})
        victim = sorted(self.world.sandbox("GET", "/stripe/refused/truth")[TYPE])[3]
        company, connection = self.world.connect("refused")
        self.world.sql(f"alter table {TABLE} add constraint not_this_one check (id <> '{victim}')")
        self.assertEqual({TYPE: "Complete"}, self.world.sync(company, [TYPE]))
        self.assertEqual([f"refused {TYPE}: missing 1, first {victim}"],
                         self.world.differences("refused", company, connection, [TYPE]))
        self.assertEqual("1", self.world.value(f"select dead_letters from control.dataset where company_id = '{company}'"))
        letter, = [one for one in self.letters(RECORD_LETTERS) if "not_this_one" in one["reason"]]
        self.assertTrue(letter["replayable"], letter)
        self.world.sql(f"alter table {TABLE} drop constraint not_this_one")
        self.world.run("tributary", "dlq", "replay", "--topic", RECORD_LETTERS, "--partition", letter["partition"],
                       "--offset", letter["offset"])
        until(lambda: not self.world.differences("refused", company, connection, [TYPE]), 30,
              lambda: self.world.differences("refused", company, connection, [TYPE]))


if __name__ == "__main__":
    unittest.main()
