"""Session: a client of the run's Postgres that stays, to hold locks and to let them go.

    with Session(run.world) as session:
        session.say("begin; lock table commerce.customers")      # waits until it is done
        session.begin("update …")                                # does not wait: finish() does
"""
import subprocess

from world import PSQL


class Session:
    def __init__(self, world):
        self.process = subprocess.Popen([PSQL, "-XqAt", world.env["TRIBUTARY_POSTGRES"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=world.env)
        self.say("set idle_in_transaction_session_timeout = 0")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def begin(self, sql):
        self.process.stdin.write(f"{sql};\n\\echo .\n")
        self.process.stdin.flush()

    def finish(self):
        """What was said since, errors too."""
        said = []
        for line in self.process.stdout:
            if line == ".\n":
                return "".join(said)
            said.append(line)
        raise AssertionError(f"psql ended: {''.join(said)}")

    def say(self, sql):
        self.begin(sql)
        return self.finish()


def waiting(run, program, kind):
    """The sessions of a program that wait for this kind of lock (pg_stat_activity's wait_event; % for any)."""
    return int(run.world.value("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and "
                               f"application_name like '%{program}%' and wait_event like '{kind}'"))
