#!/usr/bin/env python3
"""What the ring knows of its agents is laid over the catalog: who failed or left is at once absent from DNS and passing-only
answers, leader or not, and back as soon as it is back. Needs dig. Seconds."""
import json
import os
import threading
import time

from peers import dig, program_from_arguments, wait_until  # sets the path to tests/support
from weft_agent import Agent, free_ports

PROGRAM = None
NET = "127.0.80."
SECONDS = 20  # for the ring to notice; alone on a machine a second or two


def agent(name, number, port, join=True):
    config = {"node_name": name, "bind_addr": NET + str(number), "ports": {"serf_lan": port}}
    return Agent(PROGRAM, dev=False, config=config, args=["-retry-join", "%s1:%d" % (NET, port)] if join else [])


def statuses(at):
    names = {1: "alive", 2: "leaving", 3: "left", 4: "failed"}
    return {m["Name"]: names[m["Status"]] for m in at.get("/v1/agent/members")}


def register(at, node, number, *services):
    for service in services:
        at.put("/v1/catalog/register", {"Node": node, "Address": NET + str(number), "Service": {"Service": service, "Port": 80}})


def addresses(at, name):
    """Last numbers of what `dig` finds; nothing for NXDOMAIN."""
    return [address.removeprefix(NET) for address in dig(at.dns_port, name + ".consul")]


def nodes_of(body):
    return sorted(row["Node"]["Node"] for row in body)


def passing(at, service):
    return nodes_of(at.get("/v1/health/service/%s?passing" % service))


class Poll(threading.Thread):
    """A blocking query on its way."""

    def __init__(self, at, target):
        super().__init__(daemon=True)
        self.at, self.target = at, target
        self.start()

    def run(self):
        _, self.headers, body = self.at.request("GET", self.target, timeout=60)
        self.body = json.loads(body)

    def answer(self):
        self.join(30)
        assert not self.is_alive(), "%s is not answered" % self.target
        return nodes_of(self.body), int(self.headers["X-Consul-Index"])


def the_absent_are_left_out(port):
    with agent("a", 1, port, join=False) as a, agent("b", 2, port) as b, agent("c", 3, port) as c:
        wait_until(lambda: list(statuses(a).values()).count("alive") == 3, SECONDS, "three members")
        register(a, "B", 2, "web", "alone")  # names of nodes know no case
        register(a, "c", 3, "web")
        register(a, "external", 9, "web")
        assert addresses(a, "web.service") == ["2", "3", "9"]
        assert passing(a, "web") == ["B", "c", "external"]
        index = int(a.request("GET", "/v1/health/service/web?passing")[1]["X-Consul-Index"])
        polled = "/v1/health/service/web?passing&wait=60s&index=%d"
        poll = Poll(a, polled % index)

        b.kill()
        killed = time.monotonic()
        wait_until(lambda: addresses(a, "web.service") == ["3", "9"], SECONDS, "an answer without the failed node")
        print("     absent %.1f s after kill -9" % (time.monotonic() - killed), flush=True)
        assert len(dig(a.dns_port, "web.service.consul", "SRV")) == 2
        assert passing(a, "web") == ["c", "external"]
        assert addresses(a, "alone.service") == [] and passing(a, "alone") == []
        found, woken_index = poll.answer()
        assert found == ["c", "external"] and woken_index > index, (found, woken_index, index)
        # A client that was between two queries has missed nothing.
        assert Poll(a, polled % index).answer() == (found, woken_index)
        # It is still registered, and its name resolves.
        assert nodes_of(a.get("/v1/health/service/web")) == ["B", "c", "external"]
        assert len(a.get("/v1/catalog/service/web")) == 3
        assert addresses(a, "b.node") == ["2"]

        poll = Poll(a, polled % woken_index)
        b.start()
        found, index = poll.answer()
        assert found == ["B", "c", "external"] and index > woken_index, (found, index, woken_index)
        assert addresses(a, "web.service") == ["2", "3", "9"] and addresses(a, "alone.service") == ["2"]

        c.put("/v1/agent/leave")
        wait_until(lambda: addresses(a, "web.service") == ["2", "9"], SECONDS, "an answer without the one that left")
        assert passing(a, "web") == ["B", "external"]
        c.process.wait(20)
        c.process = None


def a_minority_does_not_empty_answers(port):
    with agent("a", 1, port, join=False) as a, agent("b", 2, port) as b, agent("c", 3, port) as c:
        wait_until(lambda: list(statuses(a).values()).count("alive") == 3, SECONDS, "three members")
        register(a, "external", 9, "web")
        register(a, "b", 2, "web", "alone")
        register(a, "c", 3, "web", "alone")
        b.kill()
        c.kill()
        wait_until(lambda: list(statuses(a).values()).count("failed") == 2, SECONDS, "both failures")
        wait_until(lambda: passing(a, "alone") == ["b", "c"], SECONDS, "the last resort")
        assert addresses(a, "alone.service") == ["2", "3"]
        assert passing(a, "web") == ["external"] and addresses(a, "web.service") == ["9"]
        assert "more than half of the ring counts as failed" in a.log()
        b.start()
        wait_until(lambda: passing(a, "alone") == ["b"], SECONDS, "the one that is back")
        wait_until(lambda: passing(a, "web") == ["b", "external"], SECONDS, "the one that is back")


def main():
    global PROGRAM
    PROGRAM = os.path.abspath(program_from_arguments(__doc__))
    for test in (the_absent_are_left_out, a_minority_does_not_empty_answers):
        test(free_ports(1)[0])
        print("ok   %s" % test.__name__, flush=True)


if __name__ == "__main__":
    main()
