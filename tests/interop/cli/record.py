#!/usr/bin/env python3
"""Records what Debian's consul 1.8.7 prints against its own dev agent: recorded.json, which cli_test.py compares with.

    tests/interop/cli/record.py --consul build/deps/consul/consul
"""
import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "support")]

from commands import STEPS
from runner import Runner
from weft_agent import free_ports

HOST = "127.0.0.1"


def serving(http):
    """Once its node is in the catalog, all commands find what they need."""
    try:
        with urllib.request.urlopen("http://%s/v1/catalog/nodes" % http, timeout=1) as answer:
            if len(json.load(answer)) == 1:
                with urllib.request.urlopen("http://%s/v1/coordinate/nodes" % http, timeout=1) as coordinates:
                    return len(json.load(coordinates)) == 1
    except (OSError, ValueError):
        pass
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--consul", required=True)
    consul = os.path.abspath(parser.parse_args().consul)
    http, dns, server, lan, wan = free_ports(5)
    agent = subprocess.Popen([consul, "agent", "-dev", "-node", "probe", "-bind", HOST, "-client", HOST, "-http-port", str(http),
                              "-dns-port", str(dns), "-grpc-port", "-1", "-server-port", str(server), "-serf-lan-port", str(lan),
                              "-serf-wan-port", str(wan)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    runner = Runner(consul, "%s:%d" % (HOST, http))
    try:
        deadline = time.monotonic() + 60
        while not serving(runner.http):
            if time.monotonic() > deadline:
                raise SystemExit("the agent does not serve")
            time.sleep(0.05)
        recorded = {step[0]: runner.run(step) for step in STEPS}
    finally:
        agent.kill()
        agent.wait()
        runner.close()
    with open(os.path.join(HERE, "recorded.json"), "w", encoding="utf-8") as f:
        json.dump(recorded, f, indent=1, ensure_ascii=False)
        f.write("\n")
    print("%d steps recorded" % len(recorded))


if __name__ == "__main__":
    main()
