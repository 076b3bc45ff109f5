#!/usr/bin/env python3
"""Three agents, one of them 40 ms away: what the ring learns of distances orders `?near=` and, where sort_by_distance says
so, DNS answers. Needs root and dig. Seconds: a coordinate takes some probes to settle."""
import contextlib
import os

from peers import dig_in_order, main, wait_until  # sets the path to tests/support
from weft_agent import Agent
from impaired_network import ImpairedNetwork, inside, why_not

NODES = ["one", "close", "away"]
SECONDS = 60
IN_A_ROW = 10  # answers; by chance two shuffled instances stand like this once in a thousand times


def start(program, network, number):
    config = {"node_name": NODES[number - 1], "bind_addr": network.address(number), "ports": {"serf_lan": 8301},
              "dns_config": {"sort_by_distance": True}}
    agent = Agent(program, config=config, args=["-retry-join", network.address(1)] if number > 1 else [])
    with inside(network.name(number)):
        return agent.start()


def nearest_first(program):
    bridge = os.path.join(os.path.dirname(os.path.abspath(program)), "tests/support/impair/weft_impair")
    with ImpairedNetwork(bridge, count=3) as network, contextlib.ExitStack() as agents:
        network.set(from_=3, delay_ms=20)
        network.set(to=3, delay_ms=20)
        one, close, away = [start(program, network, number) for number in (1, 2, 3)]
        for agent in (one, close, away):
            agents.callback(agent.remove)

        with inside(network.name(1)):
            for number in (2, 3):
                one.put("/v1/catalog/register", {"Node": NODES[number - 1], "Address": network.address(number),
                                                 "Service": {"Service": "web", "Port": 80}})
            everyone = {network.address(2), network.address(3)}

            def by_dns():
                return dig_in_order(one.dns_port, "web.service.consul")

            def by_http(near):
                return [row["Node"]["Node"] for row in one.get("/v1/health/service/web?near=" + near)]

            wait_until(lambda: set(by_dns()) == everyone, what="both instances")
            nearest = [network.address(2), network.address(3)]
            # The first coordinates of a ring still swing.
            wait_until(lambda: by_http("_agent") == ["close", "away"] and by_http("away") == ["away", "close"], SECONDS,
                       "the closer one first over HTTP, from either end")
            wait_until(lambda: all(by_dns() == nearest for _ in range(IN_A_ROW)), SECONDS, "the closer one first over DNS")

            one.settings["dns_config"] = {}
            one.write_config(one.settings)
            one.put("/v1/agent/reload")
            wait_until(lambda: by_dns() == nearest[::-1], what="a shuffled answer, once distances count no more")


if why_not():
    print("left out: the impairment tool %s\n0 passed, 0 failed" % why_not())
else:
    main(__doc__, [nearest_first])
