#!/usr/bin/env python3
"""Snapshots end to end: weft's command line and Consul's against a weft agent, one agent's file in another, waiting clients.

Consul's part needs its program (deploy/setup.sh --references); without it that part is named as left out.
"""
import argparse
import json
import os
import subprocess
import sys
import threading

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/support"))
from weft_agent import HOST, Agent  # noqa: E402

CONSUL = os.path.join(ROOT, "build/deps/consul/consul")


def run(agent, program, *words):
    """(exit code, output)"""
    environment = dict(os.environ, CONSUL_HTTP_ADDR="%s:%d" % (HOST, agent.http_port), TERM="dumb")
    environment.pop("WEFT_HTTP_ADDR", None)
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, env=environment)
    return done.returncode, done.stdout + done.stderr


def restore(agent, program, file):
    asks = os.path.basename(program) != "consul"
    return run(agent, program, "snapshot", "restore", *(["-yes"] if asks else []), file)


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(w) for w in what))


def fill(agent, value):
    for number in range(50):
        agent.put("/v1/kv/key/%d" % number, value)
    agent.put("/v1/catalog/register", {"Node": "n1", "Address": "10.0.0.1", "Service": {"Service": value, "Port": 1}})


def index_of(agent, path):
    return int(agent.request("GET", path)[1]["X-Consul-Index"])


class Poll(threading.Thread):
    """A blocking query; answer is (index, body)."""

    def __init__(self, agent, path, index):
        super().__init__()
        self.agent, self.path, self.answer = agent, "%s%sindex=%d&wait=30s" % (path, "&" if "?" in path else "?", index), None

    def run(self):
        _, headers, body = self.agent.request("GET", self.path, timeout=40)
        self.answer = int(headers["X-Consul-Index"]), body


def command_line(agent, program, folder):
    """Save, inspect and restore with that program's `snapshot`."""
    file = os.path.join(folder, "backup.snap")
    fill(agent, "before")
    code, output = run(agent, program, "snapshot", "save", file)
    expect(code == 0 and output.startswith("Saved and verified snapshot to index "), program, code, output)
    code, output = run(agent, program, "snapshot", "inspect", file)
    expect(code == 0 and "Index        " in output and "Version      1" in output, program, code, output)
    fill(agent, "after")
    code, output = restore(agent, program, file)
    expect(code == 0 and output == "Restored snapshot\n", program, code, output)
    expect(agent.request("GET", "/v1/kv/key/7?raw")[2] == b"before", "not restored with", program)
    expect(agent.get("/v1/catalog/service/after") == [], "the service of later is there")
    expect(len(agent.get("/v1/catalog/service/before")) == 1, "the service of before is not there")
    return file


def damaged_files(agent, program, file, folder):
    """Each is refused, and the state stays."""
    fill(agent, "kept")
    with open(file, "rb") as f:
        whole = f.read()
    bad = os.path.join(folder, "bad.snap")
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 16
    for content in (b"", b"garbage", whole[:-1], whole[:len(whole) // 2], bytes(flipped), whole + b"x"):
        with open(bad, "wb") as f:
            f.write(content)
        code, output = restore(agent, program, bad)
        expect(code == 1 and "snapshot" in output, "restored", len(content), code, output)
        code, output = run(agent, program, "snapshot", "inspect", bad)
        expect(code == 1, "inspected", len(content), code, output)
        expect(agent.request("GET", "/v1/kv/key/7?raw")[2] == b"kept", "the state changed")
    foreign = os.path.join(ROOT, "tests/unit/agent/catalog/snapshot/testdata/consul-1.8.7.snap")
    code, output = restore(agent, program, foreign)
    expect(code == 1 and "made by Consul" in output, code, output)


def waiting_clients(agent, program, file):
    """All are answered by a restore, and no index goes back."""
    fill(agent, "waiting")
    paths = ["/v1/kv/key/7", "/v1/kv/none", "/v1/kv/key/?recurse", "/v1/catalog/nodes", "/v1/health/service/nothing",
             "/v1/catalog/services", "/v1/session/list"]
    before = {path: index_of(agent, path) for path in paths}
    polls = [Poll(agent, path, index) for path, index in before.items()]
    polls.append(Poll(agent, "/v1/kv/key/7", 1_000_000))  # of another cluster
    for poll in polls:
        poll.start()
    waiting = 0
    while waiting < len(polls):
        text = agent.request("GET", "/metrics")[2].decode()
        waiting = sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith("weft_http_waiting_queries"))
    code, output = restore(agent, program, file)
    expect(code == 0, code, output)
    for poll in polls:
        poll.join()
    for poll, path in zip(polls, paths):
        expect(poll.answer[0] > before[path], path, "had index", before[path], "and then", poll.answer[0])
    expect(b"YmVmb3Jl" in polls[0].answer[1], polls[0].answer)
    agent.put("/v1/kv/key/7", "newer")
    expect(index_of(agent, "/v1/kv/key/7") > polls[0].answer[0], "the index of a write does not go on")


def another_agent(program, file):
    """A fresh agent takes the state over, its indexes and its own registration, and has it after a restart."""
    with Agent(program, dev=False, config={"node_name": "fresh"}) as agent:
        for number in range(20):  # so that the file's indexes are not those of the log
            agent.put("/v1/kv/other/%d" % number, "x")
        rows = run(agent, program, "snapshot", "inspect", "-format=json", file)[1]
        saved = json.loads(rows)["Index"]
        code, output = restore(agent, program, file)
        expect(code == 0, code, output)
        expect(index_of(agent, "/v1/kv/key/7") > saved, "the index is behind the snapshot's")
        row = agent.get("/v1/kv/key/7")[0]
        expect(row["ModifyIndex"] <= saved, "rows have other indexes:", row)
        status, _, body = agent.request("PUT", "/v1/kv/key/7?cas=%d" % row["ModifyIndex"], "cas")
        expect((status, body) == (200, b"true"), "an index of the old agent does not count:", status, body)
        names = {node["Node"] for node in agent.get("/v1/catalog/nodes")}
        expect({"n1", "node1", "fresh"} <= names, "nodes:", names)
        last = index_of(agent, "/v1/kv/key/7")
        agent.kill()
        agent.start()
        expect(agent.request("GET", "/v1/kv/key/7?raw")[2] == b"cas", "lost by a restart")
        expect(index_of(agent, "/v1/kv/key/7") == last, "the index is another one after a restart")
        agent.stop()


def limits(program, file):
    """A file above the agent's limit is refused with a sentence, before it is sent."""
    with Agent(program, config={"limits": {"snapshot_max_bytes": 1024}}) as agent:
        code, output = restore(agent, program, file)
        expect(code == 1 and "limits.snapshot_max_bytes" in output, code, output)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    with Agent(program, dev=False) as agent:
        file = command_line(agent, program, agent.folder)
        if os.path.exists(CONSUL):
            command_line(agent, CONSUL, agent.folder)
            file = command_line(agent, program, agent.folder)
        else:
            print("left out: %s is not installed" % CONSUL)
        damaged_files(agent, program, file, agent.folder)
        waiting_clients(agent, program, file)
        another_agent(program, file)
        limits(program, file)
        agent.stop()
    print("snapshots: saved, checked, restored, refused")


if __name__ == "__main__":
    main()
