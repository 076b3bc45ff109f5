#!/usr/bin/env python3
"""Commands that run programs: `lock` beside Debian's consul on the same locks and semaphores, `watch`, `run`, and `wait`.

Seconds. Contention needs build/deps/consul/consul, which deploy/setup.sh --tests unpacks.
"""
import json
import os
import signal
import subprocess
import time

from peers import program_from_arguments, wait_until  # sets the path to tests/support
from weft_agent import Agent, free_ports

CONSUL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/deps/consul/consul")
# What the commands do that are held, until a signal ends them; no test waits for it. A shell runs its trap only between two
# programs, hence the turns. Both end by themselves should the test die.
STAYS = "exec sleep 60"
STAYS_FOR_TRAP = "for i in $(seq 600); do sleep 0.05; done"
WEFT = None


def as_typed():
    """Whoever runs the tests in the background has SIGINT ignored, and what is ignored stays so in all children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(at, program, *arguments, **options):
    options.setdefault("preexec_fn", as_typed)
    environment = dict(os.environ, CONSUL_HTTP_ADDR="127.0.0.1:%d" % at.http_port, SHELL="/bin/sh")
    return subprocess.Popen([program, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            stdin=subprocess.DEVNULL, text=True, **options)


def finished(process, seconds=20):
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def run(at, program, *arguments):
    return finished(start(at, program, *arguments))


class Held:
    """A program that holds a lock or a place until it is told to end."""

    def __init__(self, at, program, *flags_and_prefix):
        self.process = start(at, program, "lock", *flags_and_prefix, "echo held; " + STAYS)
        assert self.process.stdout.readline() == "held\n", self.process.stderr.read()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return finished(self.process)


def sessions_are_gone(at, *programs):
    """Of weft's at once; Debian's consul may end before it has ended its session."""
    left = at.get("/v1/session/list")
    assert CONSUL in programs or left == [], left
    for session in left:
        at.put("/v1/session/destroy/" + session["ID"])


def one_at_a_time(at, first, second):
    held = Held(at, first, "jobs/one")
    code, out, err = run(at, second, "lock", "-timeout=300ms", "jobs/one", "echo no")
    assert code == (1 if second == CONSUL else 7) and out == "", (code, out, err)
    waiting = start(at, second, "lock", "jobs/one", "echo mine")
    wait_until(lambda: len(at.get("/v1/session/list")) == 2, 10, "the contender's session")
    held.end()
    code, out, err = finished(waiting)
    assert (code, out) == (0, "mine\n"), (code, out, err)
    assert at.request("GET", "/v1/kv/jobs/one/.lock")[0] == 404  # the last one clears it away
    sessions_are_gone(at, first, second)


def two_of_two(at, first, second):
    held = Held(at, first, "-n=2", "jobs/two")
    code, out, err = run(at, second, "lock", "-n=3", "jobs/two", "echo no")
    assert code == 1 and "semaphore limit conflict (lock: 2, local: 3)" in err, (code, out, err)
    other = Held(at, second, "-n=2", "jobs/two")
    code, out, err = run(at, second, "lock", "-n=2", "-timeout=300ms", "jobs/two", "echo no")
    assert code == (1 if second == CONSUL else 7) and out == "", (code, out, err)
    held.end()
    code, out, err = run(at, first, "lock", "-n=2", "jobs/two", "echo mine")
    assert (code, out) == (0, "mine\n"), (code, out, err)
    other.end()
    sessions_are_gone(at, first, second)


def a_lost_lock_ends_the_child(at):
    held = Held(at, WEFT, "jobs/lost")
    session = at.get("/v1/kv/jobs/lost/.lock")[0]["Session"]
    at.put("/v1/session/destroy/" + session)
    code, out, err = finished(held.process)
    assert code == 1 and "the lock was lost" in err and "W2008" in err, (code, out, err)


def a_session_lost_while_waiting_is_said(at):
    held = Held(at, WEFT, "jobs/waited")
    waiting = start(at, WEFT, "lock", "-name=waits", "jobs/waited", "echo no")
    wait_until(lambda: [each for each in at.get("/v1/session/list") if each["Name"] == "waits"], 10, "no second session")
    at.put("/v1/session/destroy/" + [each for each in at.get("/v1/session/list") if each["Name"] == "waits"][0]["ID"])
    code, out, err = finished(waiting, seconds=40)
    assert code == 1 and "lost while waiting" in err and "W2008" in err and out == "", (code, out, err)
    held.end()


def why_there_is_no_lock_is_in_the_status(at):
    code, _, err = run(at, WEFT, "lock", "-http-addr=127.0.0.1:1", "jobs/none", "echo no")
    assert code == 3 and "code:  W2001\n" in err and "lock acquisition failed" in err, (code, err)
    at.put("/v1/kv/jobs/foreign/.lock", "somebody's")
    code, _, err = run(at, WEFT, "lock", "jobs/foreign", "echo no")
    assert code == 1 and "code:  W2005\n" in err and "does not match lock use" in err, (code, err)


def a_silent_agent_is_a_lost_lock(_):
    """What it does meanwhile is not known: the TTL of 15 s later it may have given the lock to somebody else."""
    with Agent(WEFT) as silent:
        held = Held(silent, WEFT, "jobs/silent")
        silent.process.send_signal(signal.SIGSTOP)
        try:
            asking = start(silent, WEFT, "lock", "jobs/other", "echo no")
            end_bit = 1 << (signal.SIGTERM - 1)
            wait_until(lambda: blocked_signals(asking.pid) & end_bit, 10, "it does not wait for signals")
            asking.send_signal(signal.SIGTERM)
            code, out, err = finished(asking)
            assert code == 143 and out == "", (code, out, err)
            code, _, err = finished(held.process, seconds=40)
            assert code == 1 and "W2008" in err, (code, err)
        finally:
            silent.process.send_signal(signal.SIGCONT)


def blocked_signals(pid):
    with open("/proc/%d/status" % pid, encoding="utf-8") as f:
        return int(next(line for line in f if line.startswith("SigBlk")).split()[1], 16)


def nohup_holds(at):
    """Whoever ignores SIGHUP, as nohup does, has it ignored in the child, too."""
    process = start(at, WEFT, "lock", "jobs/nohup", "echo held; " + STAYS, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert process.stdout.readline() == "held\n"
    process.send_signal(signal.SIGHUP)
    assert at.get("/v1/kv/jobs/nohup/.lock")[0]["Session"]
    process.send_signal(signal.SIGTERM)
    code, _, err = finished(process)
    assert "hangup" not in err and code == 0, (code, err)


def the_child_gets_signals_and_gives_its_status(at):
    child = "trap 'exit 9' TERM; echo held; " + STAYS_FOR_TRAP
    process = start(at, WEFT, "lock", "-child-exit-code", "jobs/signal", child)
    assert process.stdout.readline() == "held\n"
    process.send_signal(signal.SIGTERM)
    code, _, err = finished(process)
    assert code == 9, (code, err)


def waiting_ends_with_a_signal(at):
    held = Held(at, WEFT, "jobs/wait")
    waiting = start(at, WEFT, "lock", "jobs/wait", "true")
    wait_until(lambda: len(at.get("/v1/session/list")) == 2, 10, "the contender's session")
    waiting.send_signal(signal.SIGINT)
    code, _, err = finished(waiting)
    assert code == 130 and "interrupted" in err, (code, err)
    held.end()
    assert at.get("/v1/session/list") == []


def a_watch_fires_only_on_change(at):
    at.put("/v1/kv/watched/a", "1")
    process = start(at, WEFT, "watch", "-type=keyprefix", "-prefix=watched/", "cat")
    assert '"Value":"MQ=="' in process.stdout.readline()
    at.put("/v1/kv/watched/a", "1")  # the agent answers, the pair has a new index: a change
    at.put("/v1/kv/beside", "1")
    at.put("/v1/kv/watched/a", "2")
    for _ in range(5):
        line = process.stdout.readline()
        if '"Value":"Mg=="' in line:
            break
    else:
        raise AssertionError(line)
    process.send_signal(signal.SIGTERM)
    code, out, err = finished(process)
    assert code == 143 and out == "", (code, out, err)

    process = start(at, WEFT, "watch", "-type=services", "cat")
    assert "consul" in process.stdout.readline()
    at.put("/v1/kv/beside", "2")
    at.put("/v1/agent/service/register", {"Name": "new"})
    assert '"new"' in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    finished(process)


def run_is_a_service_while_it_runs(at):
    port = str(free_ports(1)[0])
    process = start(at, WEFT, "run", "app", "-port", port, "-tag", "v1", "-env", "A=b", "--", "sh", "-c",
                    "trap 'exit 5' TERM; echo $A $PORT $WEFT_SERVICE_ID; " + STAYS_FOR_TRAP)
    assert process.stdout.readline() == "b %s app\n" % port
    service = at.get("/v1/agent/services")["app"]
    assert service["Port"] == int(port) and service["Tags"] == ["v1"], service
    assert [c["ServiceID"] for c in at.get("/v1/agent/checks").values()] == ["app"]
    process.send_signal(signal.SIGTERM)
    code, _, err = finished(process)
    assert code == 5, (code, err)
    assert "app" not in at.get("/v1/agent/services")
    code, _, err = run(at, WEFT, "run", "app", "/no/such/program")
    assert code == 1 and "W2009" in err, (code, err)
    assert "app" not in at.get("/v1/agent/services")


def wait_returns_when_it_is_there(at):
    code, _, err = run(at, WEFT, "wait", "-for=service=late", "-timeout=200ms")
    assert code == 7 and "0 of 1 instances of late are passing" in err, (code, err)
    waiting = start(at, WEFT, "wait", "-for=leader", "-for=service=late", "-passing=2", "-for=key=ready", "-timeout=20s")
    for name in ("late1", "late2"):
        at.put("/v1/agent/service/register", {"Name": "late", "ID": name})
    at.put("/v1/kv/ready", "")
    code, out, err = finished(waiting)
    assert code == 0, (code, out, err)


def prepared_queries_have_commands(at):
    at.put("/v1/agent/service/register", {"Name": "web", "Port": 80})
    query = {"Name": "geo-", "Template": {"Type": "name_prefix_match"}, "Service": {"Service": "${name.suffix}"}}
    code, out, err = run(at, WEFT, "query", "write", json.dumps(query))
    assert code == 0, err
    query["Service"]["OnlyPassing"] = True
    assert run(at, WEFT, "query", "write", json.dumps(query))[1] == out  # the same one, changed
    assert "name_prefix_match" in run(at, WEFT, "query", "list")[1]
    assert json.loads(run(at, WEFT, "query", "read", "geo-")[1])["Service"]["OnlyPassing"] is True
    assert json.loads(run(at, WEFT, "query", "explain", "geo-web")[1])["Service"]["Service"] == "web"
    code, shown, err = run(at, WEFT, "query", "execute", "geo-web")
    assert code == 0 and shown.splitlines()[1].split()[2:] == ["80", "web"], (shown, err)
    code, _, err = run(at, WEFT, "query", "write", "{")
    assert code == 1 and "it is no JSON" in err and "W2010" in err, err
    assert run(at, WEFT, "query", "delete", "geo-")[0] == 0
    code, _, err = run(at, WEFT, "query", "read", "geo-")
    assert code == 5 and "W2004" in err, (code, err)


def sessions_have_commands(at):
    code, out, err = run(at, WEFT, "session", "create", "-name=mine", "-ttl=20s", "-behavior=delete")
    assert code == 0, err
    session = out.strip()
    assert "mine" in run(at, WEFT, "session", "list")[1]
    assert "delete" in run(at, WEFT, "session", "read", session)[1]
    assert run(at, WEFT, "session", "renew", session)[0] == 0
    assert run(at, WEFT, "session", "destroy", session)[0] == 0
    code, _, err = run(at, WEFT, "session", "renew", session)
    assert code == 5 and "W2004" in err, (code, err)


def main():
    global WEFT
    WEFT = os.path.abspath(program_from_arguments(__doc__))
    tests = [a_lost_lock_ends_the_child, a_session_lost_while_waiting_is_said, why_there_is_no_lock_is_in_the_status, a_silent_agent_is_a_lost_lock, nohup_holds, the_child_gets_signals_and_gives_its_status, waiting_ends_with_a_signal,
             a_watch_fires_only_on_change, run_is_a_service_while_it_runs, wait_returns_when_it_is_there,
             prepared_queries_have_commands, sessions_have_commands]
    with Agent(WEFT) as at:
        for test in tests:
            begun = time.monotonic()
            test(at)
            print("%-50s %.1f s" % (test.__name__, time.monotonic() - begun))
        for first, second in ((WEFT, WEFT), (WEFT, CONSUL), (CONSUL, WEFT)):
            for test in (one_at_a_time, two_of_two):
                begun = time.monotonic()
                test(at, first, second)
                names = " ".join(os.path.basename(p) for p in (first, second))
                print("%-50s %.1f s" % (test.__name__ + " " + names, time.monotonic() - begun))


if __name__ == "__main__":
    main()
