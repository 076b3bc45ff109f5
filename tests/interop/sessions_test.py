#!/usr/bin/env python3
"""Sessions of a real agent end when they must and not before: by their TTL, their check, their node, by hand; what becomes of
their locks; lock delays; all that over kill -9 too. Half a minute, mostly waiting."""
import json
import os
import threading
import time

from peers import program_from_arguments, wait_until  # sets the path to tests/support
from weft_agent import Agent

PROGRAM = None


def agent(**config):
    return Agent(PROGRAM, dev=False, config={"session_ttl_min": "1s", **config})


def create(at, **body):
    return json.loads(at.put("/v1/session/create", body))["ID"]


def is_alive(at, session):
    return at.get("/v1/session/info/" + session) != []


def lock(at, key, session):
    return at.put("/v1/kv/%s?acquire=%s" % (key, session), b"mine") == b"true"


def row(at, key):
    """The key as it is; None when it is not there."""
    status, _, body = at.request("GET", "/v1/kv/" + key)
    assert status in (200, 404), (status, body)
    return json.loads(body)[0] if status == 200 else None


def end_of(at, session, seconds):
    """When the session ended, seen by a blocking query."""
    path, index = "/v1/session/info/" + session, 1
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status, headers, body = at.request("GET", "%s?index=%s&wait=%ds" % (path, index, seconds), timeout=seconds + 5)
        assert status == 200, (status, body)
        index = headers["X-Consul-Index"]
        if json.loads(body) == []:
            return time.monotonic()
    raise AssertionError("the session did not end within %d s" % seconds)


def a_ttl_ends_within_a_tenth(at):
    begun = time.monotonic()
    session = create(at, TTL="10s")
    created = time.monotonic()
    assert lock(at, "ttl", session)
    ended = end_of(at, session, 20)
    assert ended - begun >= 10 and ended - created <= 11, ended - created
    assert "Session" not in row(at, "ttl")
    status, _, body = at.request("PUT", "/v1/session/renew/" + session)
    assert status == 404, (status, body)
    print("     TTL of 10 s: ended after %.2f s" % (ended - created), flush=True)


def a_renewal_gives_the_whole_ttl(at):
    session = create(at, TTL="3s")
    for _ in range(4):
        time.sleep(2)
        before = time.monotonic()
        assert json.loads(at.put("/v1/session/renew/" + session))[0]["ID"] == session
        renewed = time.monotonic()
    ended = end_of(at, session, 10)
    assert ended - before >= 3 and ended - renewed <= 3.3 + 0.3, ended - renewed  # 0.3 s: a busy machine


def behavior_and_lock_delay(at):
    freed, gone = create(at, LockDelay="3s"), create(at, LockDelay="3s", Behavior="delete")
    other = create(at)
    assert lock(at, "freed", freed) and lock(at, "gone", gone)
    assert not lock(at, "freed", other) and not lock(at, "gone", other)
    before = time.monotonic()
    for session in (freed, gone):
        at.put("/v1/session/destroy/" + session)
    ended = time.monotonic()
    assert row(at, "gone") is None
    left = row(at, "freed")
    assert "Session" not in left and left["LockIndex"] == 1, left
    # A delay holds up locks alone.
    assert at.put("/v1/kv/freed", b"x") == b"true"
    for key in ("freed", "gone"):
        wait_until(lambda: lock(at, key, other), 10, "the lock of " + key)
        assert 3 <= time.monotonic() - before, "the delay was cut short"
        assert time.monotonic() - ended <= 3 + 1
    # Who gives a lock back leaves no delay.
    assert at.put("/v1/kv/freed?release=" + other, b"") == b"true"
    assert lock(at, "freed", create(at))


def a_critical_check_ends_its_sessions(at):
    at.put("/v1/agent/check/register", {"ID": "vital", "Name": "vital", "TTL": "1h"})
    status, _, body = at.request("PUT", "/v1/session/create", {"NodeChecks": ["vital"]})
    assert status == 500 and b"Check 'vital' is in critical state" in body, (status, body)
    at.put("/v1/agent/check/pass/vital")
    wait_until(lambda: [c["Status"] for c in at.get("/v1/health/node/node1") if c["CheckID"] == "vital"] == ["passing"],
               10, "a passing check")
    bound, free = create(at, NodeChecks=["vital"], LockDelay="0s"), create(at)
    assert lock(at, "checked", bound)
    at.put("/v1/agent/check/warn/vital")
    assert is_alive(at, bound)
    at.put("/v1/agent/check/fail/vital")
    wait_until(lambda: not is_alive(at, bound), 10, "the end of the session")
    assert is_alive(at, free) and lock(at, "checked", free)
    at.put("/v1/agent/check/pass/vital")
    wait_until(lambda: at.request("PUT", "/v1/session/create", {"NodeChecks": ["vital"]})[0] == 200, 10, "a session")
    bound = create(at, NodeChecks=["vital"])
    at.put("/v1/agent/check/deregister/vital")
    wait_until(lambda: not is_alive(at, bound), 10, "the end of the session")


def a_node_takes_its_sessions_along(at):
    at.put("/v1/catalog/register", {"Node": "external", "Address": "127.0.0.9"})
    theirs, ours = create(at, Node="external", NodeChecks=[], Behavior="delete"), create(at)
    assert lock(at, "theirs", theirs)
    assert [s["ID"] for s in at.get("/v1/session/node/external")] == [theirs]
    at.put("/v1/catalog/deregister", {"Node": "external"})
    assert not is_alive(at, theirs) and is_alive(at, ours) and row(at, "theirs") is None
    assert at.get("/v1/session/node/external") == []


def a_restart_ends_nothing_early(_):
    with agent() as at:
        timed, lasting = create(at, TTL="3s"), create(at, LockDelay="6s")
        other = create(at)
        assert lock(at, "timed", timed) and lock(at, "lasting", lasting)
        before = time.monotonic()
        at.put("/v1/session/destroy/" + lasting)
        ended = time.monotonic()
        at.kill()
        at.start()
        # Renewals are known to the process alone: it must take the session to be renewed just now.
        started = time.monotonic()
        assert is_alive(at, timed) and row(at, "timed")["Session"] == timed
        assert end_of(at, timed, 10) - started <= 3.3 + 0.3
        wait_until(lambda: lock(at, "lasting", other), 10, "the lock after its delay")
        assert 6 <= time.monotonic() - before and time.monotonic() - ended <= 6 + 1


class Scenario(threading.Thread):
    def __init__(self, test, at):
        super().__init__(daemon=True)
        self.test, self.at, self.error = test, at, None
        self.start()

    def run(self):
        try:
            self.test(self.at)
        except BaseException as e:  # pylint: disable=broad-except
            self.error = e


def main():
    global PROGRAM
    PROGRAM = os.path.abspath(program_from_arguments(__doc__))
    with agent() as at:
        running = [Scenario(test, at) for test in (
            a_ttl_ends_within_a_tenth, a_renewal_gives_the_whole_ttl, behavior_and_lock_delay,
            a_critical_check_ends_its_sessions, a_node_takes_its_sessions_along, a_restart_ends_nothing_early)]
        for scenario in running:
            scenario.join(60)
            if scenario.error:
                raise scenario.error
            assert not scenario.is_alive(), scenario.test.__name__
            print("ok   %s" % scenario.test.__name__, flush=True)


if __name__ == "__main__":
    main()
