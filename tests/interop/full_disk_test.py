#!/usr/bin/env python3
"""An agent whose disk is full answers on, takes no more changes and says so everywhere; with room again and restarted it has
all that it acknowledged. Needs root: the disk is a small tmpfs in a mount namespace of this test."""
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile

from peers import HOST, main  # sets the path to tests/support
from weft_agent import Agent

VALUE_BYTES = 256 * 1024
MEGABYTES = 16
OWN_NAMESPACE = "WEFT_TEST_OWN_MOUNTS"


def command(agent, program, *words):
    environment = dict(os.environ, WEFT_HTTP_ADDR="%s:%d" % (HOST, agent.http_port))
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, env=environment, check=False)
    return done.returncode, done.stdout + done.stderr


def fill(agent):
    """Writes until one is refused: the values that were acknowledged, and the answer of that one."""
    kept = {}
    for number in range(4 * MEGABYTES * 1024 * 1024 // VALUE_BYTES):
        value = random.Random(number).randbytes(VALUE_BYTES)
        status, _, answer = agent.request("PUT", "/v1/kv/%d" % number, value, timeout=30)
        if status != 200:
            return kept, status, answer.decode()
        kept["%d" % number] = value
    raise AssertionError("no write was refused on a disk of %d MiB" % MEGABYTES)


def has_all(agent, kept):
    for key, value in kept.items():
        status, _, answer = agent.request("GET", "/v1/kv/%s?raw" % key)
        assert status == 200 and answer == value, (key, status)


def nothing_is_lost_on_a_full_disk(program):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm,mode=700" % MEGABYTES, "tmpfs", folder], check=True)
        try:
            agent = Agent(program, dev=False, data_dir=folder + "/data")
            try:
                fills_up(agent.start(), program, folder)
            except BaseException:
                print(agent.log()[-3000:])
                raise
            finally:
                agent.remove()
        finally:
            subprocess.run(["umount", folder], check=True)


def fills_up(agent, program, folder):
    code, text = command(agent, program, "status")
    assert code == 0 and "storage" not in text, (code, text)
    kept, status, answer = fill(agent)
    assert kept and status == 500, (len(kept), status, answer)
    assert "start the agent again" in answer, answer

    has_all(agent, kept)
    assert agent.request("GET", "/v1/catalog/nodes")[0] == 200
    status, _, answer = agent.request("PUT", "/v1/kv/small", "x")
    assert status == 500 and b"start the agent again" in answer, (status, answer)
    assert agent.request("GET", "/v1/operator/autopilot/health")[0] == 429
    assert 'weft_raft_driver_refused_total{reason="failed"}' in agent.request("GET", "/metrics")[2].decode()
    code, text = command(agent, program, "status")
    assert code == 1 and "storage   failed" in text, (code, text)
    code, text = command(agent, program, "status", "-format=json")
    assert code == 1 and json.loads(text)["StorageFailed"] is True, (code, text)
    assert "storage failed" in agent.log() and "No space left" in agent.log()

    agent.stop()
    with open(folder + "/others", "wb", buffering=0) as others, contextlib.suppress(OSError):
        while True:
            others.write(bytes(4096))
    refused = subprocess.run([program, "agent", "-server", "-bootstrap", "-data-dir", agent.data_dir, "-config-file",
                              agent.config_path], capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1 and "Make room" in refused.stderr, refused

    subprocess.run(["mount", "-o", "remount,size=%dm" % (8 * MEGABYTES), folder], check=True)
    agent.start()
    has_all(agent, kept)
    agent.put("/v1/kv/small", "x")
    assert command(agent, program, "status")[0] == 0
    agent.stop()


# Seen by that process alone.
may_mount = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
if may_mount.returncode != 0:
    print("left out: needs root and mount namespaces\n0 passed, 0 failed")
elif OWN_NAMESPACE not in os.environ:
    os.environ[OWN_NAMESPACE] = "yes"
    os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
else:
    main(__doc__, [nothing_is_lost_on_a_full_disk])
