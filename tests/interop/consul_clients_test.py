#!/usr/bin/env python3
"""Client libraries made for Consul: the npm package consul, Debian's python3-consul and python3-consul2.

Each does in clients/ what its users do: registration, checks, keys, sessions, locks, watches, transactions, prepared queries.
"""
import os

from peers import HOST, Agent, main, run

FOLDER = os.path.dirname(os.path.abspath(__file__))
DEPS = os.path.join(FOLDER, "../../build/deps")


def run_client(program, interpreter, script, **environment):
    for path in environment.values():
        assert os.path.isdir(path), "%s is missing: run deploy/setup.sh --interop" % path
    with Agent(program) as agent:
        command = [interpreter, os.path.join(FOLDER, "clients", script), HOST, str(agent.http_port)]
        run(command, env={"PATH": os.environ["PATH"], **environment})


def npm_consul(program):
    run_client(program, "node", "node_consul.js", NODE_PATH=os.path.join(DEPS, "npm/node_modules"))


# Debian's modules are those of Debian's interpreter, whichever else is first on the path.
def python3_consul(program):
    run_client(program, "/usr/bin/python3", "python_consul.py")


def python3_consul2(program):
    run_client(program, "/usr/bin/python3", "python_consul.py", PYTHONPATH=os.path.join(DEPS, "python3-consul2"))


main(__doc__, [npm_consul, python3_consul, python3_consul2])
