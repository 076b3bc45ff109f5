#!/usr/bin/env python3
"""What concurrent clients see of keys, locks and transactions is what one after the other would see, kill -9 included.

Clients in processes of their own work on a few keys and note when they asked and what they were told; between rounds the
agent is killed and started again, and what was under way then may have taken effect or not. Each group of keys is checked
by linearizability.py, which first has to find what is wrong with histories that are known to be bad. Seconds.
"""
import argparse
import base64
import concurrent.futures
import http.client
import json
import os
import random
import sys
import time
import unittest

import histories_test
from linearizability import Operation, check, check_indexes

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from weft_agent import HOST, Agent  # noqa: E402

GROUPS, CLIENTS = 3, 3  # of keys; of each group
LAST_ROUND = 120  # operations of a client when nothing ends it


def keys_of(group):
    return ["h%d/%s" % (group, name) for name in ("a", "b")]


def content_of(row):
    return base64.b64decode(row["Value"] or "").decode(), row.get("Session", ""), row["LockIndex"]


class Client:
    """One after the other, operations on the keys of its group, until the connection breaks or `count` are done."""

    def __init__(self, port, group, name, seed):
        self.connection = http.client.HTTPConnection(HOST, port, timeout=10)
        self.chance = random.Random(seed)
        self.group, self.name, self.keys = group, name, keys_of(group)
        self.history, self.readings = [], []
        self.seen = {}  # key -> (content, index) of its last reading
        self.written, self.session, self.invoked = 0, None, 0.0

    def request(self, method, path, body=None):
        self.invoked = time.monotonic()
        self.connection.request(method, path, body=body)
        response = self.connection.getresponse()
        body = response.read()
        self.returned = time.monotonic()
        return response.status, body

    def held(self, method, path, body=None):
        """The answer to a write: true, false, or "refused" for the lock of a session that is over."""
        status, answer = self.request(method, path, body)
        if status == 500 and b"invalid session" in answer:
            return "refused"
        if status != 200 or answer.strip() not in (b"true", b"false"):
            raise AssertionError("%s %s: %d %r" % (method, path, status, answer))
        return answer.strip() == b"true"

    def value(self):
        self.written += 1
        return "%s.%d" % (self.name, self.written)

    def read(self, key, rows):
        """Notes what there is of the key."""
        row = next((row for row in rows if row["Key"] == key), None)
        content = content_of(row) if row else None
        self.seen[key] = (content, row["ModifyIndex"] if row else 0)
        if row:
            self.readings.append((key, row["ModifyIndex"], content, self.invoked, self.returned))
        return content

    def rows(self, path):
        status, answer = self.request("GET", "/v1/kv/" + path)
        if status not in (200, 404):
            raise AssertionError("GET %s: %d %r" % (path, status, answer))
        return json.loads(answer) if status == 200 else []

    def new_session(self):
        status, answer = self.request("PUT", "/v1/session/create", '{"LockDelay": "0s"}')
        if status != 200:
            raise AssertionError("session/create: %d %r" % (status, answer))
        self.session = json.loads(answer)["ID"]

    # ---- operations: each returns a call of linearizability.Keys, and how to carry it out

    def get(self, key):
        how = self.chance.choice(["", "?consistent"])
        return ("get", key), lambda: self.read(key, self.rows(key + how))

    def tree(self, _):
        def run():
            rows = self.rows("h%d/?recurse" % self.group)
            return tuple(self.read(key, rows) for key in self.keys)
        return ("tree",), run

    def put(self, key):
        value = self.value()
        return ("put", key, value), lambda: self.held("PUT", "/v1/kv/" + key, value)

    def cas(self, key):
        value, (content, index) = self.value(), self.seen.get(key, (None, 0))
        return ("cas", key, value, content), lambda: self.held("PUT", "/v1/kv/%s?cas=%d" % (key, index), value)

    def delete(self, key):
        return ("delete", key), lambda: self.held("DELETE", "/v1/kv/" + key)

    def delete_cas(self, key):
        content, index = self.seen.get(key, (None, 0))
        if content is None:
            return self.get(key)
        return ("delete-cas", key, content), lambda: self.held("DELETE", "/v1/kv/%s?cas=%d" % (key, index))

    def delete_tree(self, _):
        return ("delete-tree",), lambda: self.held("DELETE", "/v1/kv/h%d/?recurse" % self.group)

    def lock(self, kind, key):
        value, session = self.value(), self.session
        return (kind, key, value, session), lambda: self.held("PUT", "/v1/kv/%s?%s=%s" % (key, kind, session), value)

    def acquire(self, key):
        return self.lock("acquire", key)

    def release(self, key):
        return self.lock("release", key)

    def end(self, _):
        session = self.session
        return ("end", session), lambda: self.held("PUT", "/v1/session/destroy/" + session)

    def part(self, key):
        """(call, operation of /v1/txn) on one key."""
        content, index = self.seen.get(key, (None, 0))
        value = self.value()
        encoded = base64.b64encode(value.encode()).decode()
        kind = self.chance.choice(["get", "put", "put", "cas", "cas", "check", "acquire", "release", "delete-cas"])
        if kind == "get":
            return ("get", key), {"Verb": "get", "Key": key}
        if kind == "put":
            return ("put", key, value), {"Verb": "set", "Key": key, "Value": encoded}
        if kind in ("acquire", "release"):
            verb = "lock" if kind == "acquire" else "unlock"
            return (kind, key, value, self.session), {"Verb": verb, "Key": key, "Value": encoded, "Session": self.session}
        if kind == "cas":
            return ("cas", key, value, content), {"Verb": "cas", "Key": key, "Value": encoded, "Index": index}
        if content is None:
            return ("check-not-exists", key), {"Verb": "check-not-exists", "Key": key}
        verb = "check-index" if kind == "check" else "delete-cas"
        return (verb, key, content), {"Verb": verb, "Key": key, "Index": index}

    def transaction(self, _):
        if self.chance.random() < 0.3:
            parts = [(("get", key), {"Verb": "get", "Key": key}) for key in self.keys]
        else:
            parts = [self.part(self.chance.choice(self.keys)) for _ in range(self.chance.randint(1, 4))]
        calls = tuple(part[0] for part in parts)

        def run():
            status, answer = self.request("PUT", "/v1/txn", json.dumps([{"KV": part[1]} for part in parts]))
            if status not in (200, 409):
                raise AssertionError("txn: %d %r" % (status, answer))
            if status == 409:
                return None
            rows = [result["KV"] for result in json.loads(answer)["Results"]]
            # Only reads give values, and no value here is empty.
            return tuple(content_of(row) for row in rows if row["Value"] is not None)
        return ("txn", calls), run

    WEIGHTS = {get: 10, tree: 5, put: 5, cas: 6, delete: 1, delete_cas: 1, delete_tree: 1, acquire: 4, release: 3, end: 1,
               transaction: 8}

    def work(self, count):
        try:
            for _ in range(count):
                if self.session is None:
                    self.new_session()
                operation, = self.chance.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))
                call, run = operation(self, self.chance.choice(self.keys))
                self.invoked = time.monotonic()
                try:
                    result = run()
                except (OSError, http.client.HTTPException):
                    self.history.append(Operation(self.invoked, float("inf"), call, unknown=True))
                    break
                self.history.append(Operation(self.invoked, self.returned, call, result))
                if call[0] == "end":
                    self.session = None
        except (OSError, http.client.HTTPException):
            pass  # a session, perhaps, that nobody knows of
        finally:
            self.connection.close()
        return self


def work(port, group, name, seed, count):
    client = Client(port, group, name, seed).work(count)
    return group, client.history, client.readings


def known_until(history, end):
    """The agent was killed before `end`: what was under way took effect until then, or never."""
    return [Operation(op.invoked, end, op.call, unknown=True) if op.unknown else op for op in history]


def record(agent, pool, rounds, chance):
    """(group -> history, readings) of all rounds; between two of them the agent is killed under load."""
    histories, readings = {group: [] for group in range(GROUPS)}, []
    for number in range(rounds):
        is_last = number == rounds - 1
        running = [pool.submit(work, agent.http_port, group, "%d.%d.%d" % (number, group, client), chance.getrandbits(32),
                               LAST_ROUND if is_last else 1_000_000)
                   for group in range(GROUPS) for client in range(CLIENTS)]
        if not is_last:
            time.sleep(chance.uniform(0.3, 0.7))
            agent.kill()
        end = time.monotonic()
        for one in running:
            group, history, read = one.result()
            histories[group] += known_until(history, end)
            readings += read
        if is_last and any(op.unknown for history in histories.values() for op in history if op.invoked > end):
            raise AssertionError("a connection broke without a kill")
        if not is_last:
            agent.start()
    return histories, readings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed %d" % options.seed)
    tests = unittest.defaultTestLoader.loadTestsFromModule(histories_test)
    if not unittest.TextTestRunner(stream=sys.stdout).run(tests).wasSuccessful():
        sys.exit(1)
    with concurrent.futures.ProcessPoolExecutor(GROUPS * CLIENTS) as pool, \
            Agent(options.program, dev=False, config={"log_level": "warn"}) as agent:
        histories, readings = record(agent, pool, options.rounds, random.Random(options.seed))
        check_indexes(readings)
        for group, history in histories.items():
            started = time.monotonic()
            states = check(keys_of(group), history)
            print("group %d: %d operations, %d under way at a kill, %d states, %.1f s"
                  % (group, len(history), sum(op.unknown for op in history), states, time.monotonic() - started))


if __name__ == "__main__":
    main()
