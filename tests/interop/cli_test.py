#!/usr/bin/env python3
"""Consul's command line, both ways: Debian's consul 1.8.7 against an agent of weft, and weft under the name consul.

What they print and end with is compared with cli/recorded.json, which is the consul program against its own agent; exceptions
with their reasons are in cli/exceptions.txt, and one that does not happen is a failure too. The first part needs
build/deps/consul/consul, which deploy/setup.sh --tests unpacks.
"""
import json
import os
import resource
import sys

from peers import program_from_arguments  # sets the path to tests/support
from weft_agent import Agent

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "cli"))

from commands import STEPS  # noqa: E402
from runner import Runner  # noqa: E402

CONSUL = os.path.join(HERE, "../../build/deps/consul/consul")
PARTS = ("stock", "named")


def exceptions():
    """{(part, step): reason}; "both" stands for the two parts."""
    found = {}
    with open(os.path.join(HERE, "cli/exceptions.txt"), encoding="utf-8") as f:
        for line in f:
            if not line.strip() or line.startswith("#"):
                continue
            part, rest = line.rstrip("\n").split(" ", 1)
            step, reason = rest.split("  ", 1)
            for one in PARTS if part == "both" else (part,):
                found[one, step.strip()] = reason.strip()
    return found


def differences(wanted, got):
    lines = []
    for field, value in wanted.items():
        other = got[field]
        if value != other:
            lines.append("    %s\n      wanted %r\n      got    %r" % (field, value, other))
    return lines


def agent(program):
    return Agent(program, config={"node_name": "probe"})


def compare(part, program, weft, recorded, expected):
    failures = 0
    with agent(weft) as serving:
        runner = Runner(program, "127.0.0.1:%d" % serving.http_port)
        try:
            for step in STEPS:
                name = step[0]
                different = differences(recorded[name], runner.run(step))
                excused = (part, name) in expected
                if different and not excused:
                    failures += 1
                    print("%s: %s\n%s" % (part, name, "\n".join(different)))
                if excused and not different:
                    failures += 1
                    print("%s: %s is as recorded: take it out of cli/exceptions.txt" % (part, name))
        finally:
            runner.close()
        if STEPS[-1][0] == "leave":
            serving.process.wait(10)
            serving.process = None
    print("%s: %d of %d steps as they should be" % (part, len(STEPS) - failures, len(STEPS)))
    return failures


def main():
    weft = os.path.abspath(program_from_arguments(__doc__))
    with open(os.path.join(HERE, "cli/recorded.json"), encoding="utf-8") as f:
        recorded = json.load(f)
    expected = exceptions()
    known = {step[0] for step in STEPS}
    assert all(name in known for _, name in expected), [name for _, name in expected if name not in known]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    failures = 0
    failures += compare("stock", CONSUL, weft, recorded, expected)
    runner = Runner(weft, "")  # for its folder
    try:
        named = os.path.join(runner.folder, "consul")
        os.symlink(weft, named)
        failures += compare("named", named, weft, recorded, expected)
    finally:
        runner.close()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
