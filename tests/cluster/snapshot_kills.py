#!/usr/bin/env python3
"""Kill -9 in the middle of a restore, round after round: the catalog must be the one before or that of the snapshot.

Fills an agent, saves a snapshot, then changes everything. Each round restores the snapshot while a writer goes on, kills
the agent at a random moment of it, and after the restart compares all keys and services with both states. The digest must
be the same after another kill. A restore that was acknowledged must be there.
"""
import argparse
import json
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from weft_agent import Agent, wait_until  # noqa: E402

BATCH = 60  # operations of a transaction


def fill(agent, keys, value):
    """Sets all keys to a value, and each of the services' ports to its length."""
    for first in range(0, keys, BATCH):
        operations = [{"KV": {"Verb": "set", "Key": "all/%d" % k, "Value": value}} for k in range(first, min(first + BATCH, keys))]
        agent.put("/v1/txn", operations)
    for number in range(keys // 20):
        agent.put("/v1/catalog/register", {"Node": "n%d" % (number % 10), "Address": "127.0.0.9",
                                           "Service": {"Service": "s%d" % number, "Port": len(value)}})


def state(agent):
    """What every key and service says, in sum: one element if they agree."""
    values = {row["Value"] for row in agent.get("/v1/kv/all?recurse")}
    ports = {service["Port"] for number in range(10)
             for service in agent.get("/v1/catalog/node/n%d" % number)["Services"].values()}
    return values, ports


class Restore(threading.Thread):
    """Restores a snapshot; status is None when the agent went away before it answered."""

    def __init__(self, agent, snapshot):
        super().__init__()
        self.agent, self.snapshot, self.status, self.body = agent, snapshot, None, b""

    def run(self):
        try:
            self.status, _, self.body = self.agent.request("PUT", "/v1/snapshot", self.snapshot, timeout=60)
        except OSError:
            pass


class Writer(threading.Thread):
    """Writes keys beside those that are compared, until the agent goes away."""

    def __init__(self, agent):
        super().__init__()
        self.agent, self.writes = agent, 0

    def run(self):
        try:
            while True:
                self.agent.request("PUT", "/v1/kv/beside", b"x")
                self.writes += 1
        except OSError:
            pass


def digest(agent):
    def steady():
        first = agent.get("/v1/agent/self")["Stats"]["catalog"]["digest"]
        time.sleep(0.02)
        return first if agent.get("/v1/agent/self")["Stats"]["catalog"]["digest"] == first else None
    return wait_until(steady, 10, "a steady digest")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keys", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed %d" % options.seed)
    chance = random.Random(options.seed)
    outcomes = {"before": 0, "after": 0}
    agent = Agent(options.program, dev=False)
    try:
        agent.start()
        fill(agent, options.keys, "c2F2ZWQ=")
        saved = state(agent)
        status, _, snapshot = agent.request("GET", "/v1/snapshot", timeout=60)
        if status != 200:
            raise AssertionError("saving answered %d %r" % (status, snapshot[:300]))
        began = time.monotonic()
        agent.put("/v1/snapshot", snapshot, timeout=60)
        takes = time.monotonic() - began
        changed = None
        for number in range(options.rounds):
            if changed is None:
                fill(agent, options.keys, "Y2hhbmdlZCB0aGVu")
                changed = state(agent)
                if changed == saved or len(changed[0]) != 1:
                    raise AssertionError("the states do not differ")
            restore, writer = Restore(agent, snapshot), Writer(agent)
            writer.start()
            restore.start()
            time.sleep(chance.uniform(0, 1.5 * takes))
            agent.kill()
            restore.join()
            writer.join()
            if restore.status not in (None, 200):
                raise AssertionError("round %d: restoring answered %d %r" % (number, restore.status, restore.body[:300]))
            agent.start()
            found = state(agent)
            if found not in (saved, changed) or (restore.status == 200 and found != saved):
                raise AssertionError("round %d: found %r, answered %r (data in %s)"
                                     % (number, found, restore.status, agent.data_dir))
            outcomes["after" if found == saved else "before"] += 1
            if found == saved:
                changed = None
            before = digest(agent)
            agent.kill()
            agent.start()
            if digest(agent) != before:
                raise AssertionError("round %d: the digest changed by a restart (data in %s)" % (number, agent.data_dir))
        agent.stop()
    except BaseException:
        print(agent.log()[-3000:])
        agent.kill()
        raise
    agent.remove()
    print(json.dumps({"rounds": options.rounds, "restore_seconds": round(takes, 2), **outcomes}))


if __name__ == "__main__":
    main()
