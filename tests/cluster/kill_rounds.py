#!/usr/bin/env python3
"""Kill -9 under write load, round after round: no acknowledged write may be lost and the state must read back the same.

Each round: writers register services (through the agent) and nodes (through the catalog) and note what was acknowledged;
the agent is killed at a random moment; after the restart every acknowledged write must be there. Then, without load, the
digest of the catalog is noted, the agent is killed again, and after the restart the digest must be equal.
"""
import argparse
import http.client
import json
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from weft_agent import HOST, Agent, wait_until  # noqa: E402

WRITERS = 4


class Writer(threading.Thread):
    """Writes until the connection breaks. acknowledged: key -> value; unsure: the write that was under way;
    error: what must not happen."""

    def __init__(self, agent, number, round_number, acknowledged):
        super().__init__()
        self.agent, self.number, self.round = agent, number, round_number
        self.acknowledged, self.unsure, self.error = acknowledged, None, None

    def run(self):
        connection = http.client.HTTPConnection(HOST, self.agent.http_port, timeout=10)
        sequence = 0
        try:
            while True:
                sequence += 1
                slot = "%d-%d" % (self.number, sequence % 25)
                port = self.round * 1000 % 60000 + sequence % 1000 + 1
                if self.number % 2:
                    key, path = "service/w" + slot, "/v1/agent/service/register"
                    body = {"Name": "w" + slot, "Port": port}
                else:
                    key, path = "node/n" + slot, "/v1/catalog/register"
                    body = {"Node": "n" + slot, "Address": "127.0.0.9", "Service": {"Service": "s", "Port": port}}
                self.unsure = (key, port)
                connection.request("PUT", path, body=json.dumps(body))
                response = connection.getresponse()
                answer = response.read()
                if response.status != 200:
                    raise AssertionError("%s answered %d %r" % (path, response.status, answer))
                self.acknowledged[key] = port
                self.unsure = None
        except (OSError, http.client.HTTPException):
            pass
        except Exception as e:  # main() raises it again: a thread's own end would only be printed
            self.error = e
        finally:
            connection.close()


def found(agent):
    """key -> port of everything that the writers write, as the catalog has it."""
    out = {}
    for row in agent.get("/v1/catalog/node/node1")["Services"].values():
        if row["Service"].startswith("w"):
            out["service/" + row["Service"]] = row["Port"]
    for row in agent.get("/v1/catalog/service/s"):
        out["node/" + row["Node"]] = row["ServicePort"]
    local = {s["Service"]: s["Port"] for s in agent.get("/v1/agent/services").values()}
    for key, port in out.items():
        if key.startswith("service/") and local.get(key[8:]) != port:
            raise AssertionError("%s: the agent has %s, the catalog %s" % (key, local.get(key[8:]), port))
    return out


def digest(agent):
    """The digest once two readings agree: nothing is being written any more."""
    def steady():
        first = agent.get("/v1/agent/self")["Stats"]["catalog"]
        time.sleep(0.02)
        second = agent.get("/v1/agent/self")["Stats"]["catalog"]
        return first["digest"] if first["digest"] == second["digest"] else None
    return wait_until(steady, 10, "a steady digest")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed %d" % options.seed)
    chance = random.Random(options.seed)
    expected, rows = {}, 0
    agent = Agent(options.program, dev=False)
    try:
        agent.start()
        for number in range(options.rounds):
            acknowledged = [dict() for _ in range(WRITERS)]
            writers = [Writer(agent, w, number, acknowledged[w]) for w in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.02, 0.8))
            agent.kill()
            for writer in writers:
                writer.join()
            for writer in writers:
                if writer.error:
                    raise writer.error
            unsure = dict(w.unsure for w in writers if w.unsure)
            for part in acknowledged:
                expected.update(part)
                rows += len(part)
            agent.start()
            have = found(agent)
            for key, port in expected.items():
                if key not in have or have[key] not in (port, unsure.get(key)):
                    raise AssertionError("round %d: %s was acknowledged with %s, found %s (data in %s)"
                                         % (number, key, port, have.get(key), agent.data_dir))
            expected = have
            before = digest(agent)
            agent.kill()
            agent.start()
            if digest(agent) != before:
                raise AssertionError("round %d: digest %s became %s (data in %s)"
                                     % (number, before, digest(agent), agent.data_dir))
            if (number + 1) % 20 == 0:
                print("%d rounds, %d rows" % (number + 1, len(expected)))
                sys.stdout.flush()
        agent.stop()
        if rows == 0:
            raise AssertionError("no write was acknowledged in %d rounds" % options.rounds)
    except BaseException:
        print(agent.log()[-3000:])
        agent.kill()
        raise
    agent.remove()
    print("%d rounds, none of %d acknowledged rows was lost, digests equal" % (options.rounds, rows))


if __name__ == "__main__":
    main()
