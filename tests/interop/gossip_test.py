#!/usr/bin/env python3
"""weft's gossip beside Debian's serf, plain and encrypted: weft joins serf, serf joins weft, and the probe of the protocol
(gossip/join_probe.py) takes weft for one of its own. About a minute."""
import base64
import concurrent.futures
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from peers import Peer, program_from_arguments, wait_until  # sets the path to tests/support
from gossip_agent import GossipAgent, program_beside

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "gossip"))
import decode  # noqa: E402

KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
OTHER_KEY = "ff" * 32
PORT = 7946
PROGRAM = None  # gossip_agent
# Serf tells an event four times to members chosen at random: in a ring of five, two of a thousand did not reach a member.
# The exchange of whole states, every 30 s, brings them.
UNTIL_REPAIRED = 45.0


def address_of(number, key):
    """Loopback addresses of this test alone; plain and encrypted run side by side."""
    return "127.0.%d.%d" % (78 if key else 77, number)


def text_key(key):
    return base64.b64encode(bytes.fromhex(key)).decode()


class Serf(Peer):
    """A `serf agent` and its command line."""

    def __init__(self, name, number, key=None, join=(), tags=None):
        super().__init__("serf")
        self.node, self.address = name, address_of(number, key)
        self.rpc = "%s:7373" % self.address
        arguments = ["agent", "-node=" + name, "-bind=%s:%d" % (self.address, PORT), "-rpc-addr=" + self.rpc,
                     "-log-level=debug"]
        for tag, value in (tags or {}).items():
            arguments += ["-tag", "%s=%s" % (tag, value)]
        if key:
            arguments += ["-keyring-file=" + self.file("keyring", json.dumps([text_key(key)]))]
        for seed in join:
            arguments += ["-retry-join=" + seed]
        self.start(*arguments)
        wait_until(lambda: self.process.poll() is None and self.run("info").returncode == 0, what="serf's RPC port")

    def run(self, command, *arguments):
        return subprocess.run([self.path, command, "-rpc-addr=" + self.rpc, *arguments], capture_output=True, text=True,
                              timeout=30)

    def keys(self, *arguments):
        return subprocess.run([self.path, "keys", "-rpc-addr=" + self.rpc, *arguments], capture_output=True, text=True,
                              timeout=30)

    def members(self):
        return {m["name"]: m for m in json.loads(self.run("members", "-format=json").stdout)["members"]}

    def status(self, name):
        return self.members().get(name, {"status": "unknown"})["status"]


def weft(name, number, key=None, join=(), tags=None):
    return GossipAgent(name, "%s:%d" % (address_of(number, key), PORT), key=key, join=join,
                       tags=dict({"weft": "1"}, **(tags or {})), program=PROGRAM)


def at(agent):
    return "%s:%d" % (agent.address, PORT) if isinstance(agent, Serf) else agent.bind


def await_status(observers, name, status, seconds=15.0):
    for observer in observers:
        who = observer.node if isinstance(observer, Serf) else observer.name
        wait_until(lambda: observer.status(name) == status, seconds, "%s sees %s %s" % (who, name, status))


# ---- weft in the probe's place: what join_probe.py checks, from the other side

def as_a_member_of_serf(key):
    with Serf("real", 1, key, tags={"role": "real"}) as serf, \
            weft("w1", 2, key, [at(serf)], {"role": "weft", "dc": "dc1"}) as agent:
        agent.wait_line(r"^join \S+ ok$")
        await_status([serf], "w1", "alive")
        seen = serf.members()["w1"]
        assert seen["tags"] == {"weft": "1", "role": "weft", "dc": "dc1"}, seen
        assert seen["protocol"]["max"] == 5 and seen["protocol"]["version"] == 5, seen
        assert agent.members()["real"][2] == {"role": "real"}, agent.members()

        # Pings are acked both ways, with coordinates.
        wait_until(lambda: agent.stats()["probes_answered"] >= 3, what="acks from serf")
        wait_until(lambda: "rtt:" in serf.run("rtt", "w1").stdout, 20, "serf has weft's coordinate")

        # User events and queries, both ways.
        serf.run("event", "-coalesce=false", "from-serf", "payload-1")
        agent.wait_line(r"^event from-serf payload-1$")
        agent.say("event from-weft payload-2")
        wait_until(lambda: "Received event: user-event: from-weft" in serf.log(), what="serf hears the event")
        out = serf.run("query", "-timeout=2s", "hello", "hi there").stdout
        assert "Ack from 'w1'" in out and "Response from 'w1': hi there" in out, out
        out = serf.run("query", "-timeout=2s", "-tag", "role=we.t", "-node", "w1", "filtered", "x").stdout
        assert "Response from 'w1': x" in out and "from 'real'" not in out, out
        out = serf.run("query", "-timeout=2s", "-tag", "role=other", "filtered", "x").stdout
        assert "from 'w1'" not in out, out
        out = serf.run("query", "-timeout=2s", "-relay-factor=1", "relayed", "y").stdout
        assert "Response from 'w1': y" in out, out
        since = agent.say("query from-weft z")
        agent.wait_line(r"^ack real$", since=since)
        assert "successfully contacted all live nodes" in serf.run("reachability").stdout.lower()

        # Tags change with a higher incarnation.
        agent.say("tags weft=1 role=weft stage=two")
        wait_until(lambda: serf.members()["w1"]["tags"].get("stage") == "two", what="the new tags")
        serf.run("tags", "-set", "stage=three")
        wait_until(lambda: agent.members()["real"][2].get("stage") == "three", what="serf's new tags")

        # An accusation is refuted.
        refuted = agent.stats()["refutations"]
        accuse(serf, "w1", key)
        wait_until(lambda: agent.stats()["refutations"] > refuted, what="a refutation")
        await_status([serf], "w1", "alive")
        assert serf.status("w1") == "alive"

        # A farewell is seen as such.
        agent.say("leave")
        await_status([serf], "w1", "left")
        wait_until(lambda: "EventMemberLeave: w1" in serf.log(), what="serf's word for it")


def accuse(serf, name, key):
    message = {"type": "suspect", "Incarnation": 2 ** 31, "Node": name, "From": "ghost"}
    packet = {"message": message}
    if key:
        packet["encrypted"] = {"version": 1, "nonce": os.urandom(12).hex(), "key": key}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(decode.enc_packet(packet), (serf.address, PORT))


# ---- weft in serf's place

class Shim:
    """Answers serf_shim.py for an agent."""

    def __init__(self, agent):
        self.agent = agent
        self.folder = tempfile.mkdtemp(prefix="weft-shim-")
        self.path = os.path.join(self.folder, "socket")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile() as lines:
                connection.sendall(self._answer(json.loads(lines.readline())).encode())

    def _answer(self, words):
        command, *rest = words
        words = [w for w in rest if not w.startswith("-")]
        if command == "members":
            return json.dumps({"members": [
                {"name": name, "addr": address, "status": status, "tags": tags, "protocol": {"max": 5, "min": 2, "version": 5}}
                for name, (address, status, tags) in self.agent.members().items()]})
        if command == "event":
            self.agent.say("event " + " ".join(words))
            return ""
        # query -timeout 2s NAME PAYLOAD
        since = self.agent.say("query " + " ".join(words[-2:]))
        self.agent.wait_line(r"^query-finished", since=since)
        with self.agent.changed:
            lines = [line.partition(" ")[2] for line in self.agent.lines[since:]]
        out = ["Ack from '%s'" % line.split()[1] for line in lines if line.startswith("ack ")]
        for line in lines:
            if line.startswith("answer "):
                _, who, said = line.split(" ", 2)
                out.append("Response from '%s': %s" % (who, said))
        return "\n".join(out) + "\n"

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.listener.close()
        shutil.rmtree(self.folder)


def probed(key):
    """join_probe.py, unchanged, with weft as the agent that it joins."""
    with weft("real", 3, key, tags={"role": "real"}) as agent, Shim(agent) as shim:
        agent.wait_line(r"^listening")
        command = [sys.executable, os.path.join(HERE, "gossip/join_probe.py"), "--agent", agent.bind, "--rpc", shim.path,
                   "--serf", os.path.join(HERE, "gossip/serf_shim.py"), "--bind", "%s:%d" % (address_of(4, key), PORT)]
        done = subprocess.run(command + (["--key", key] if key else []), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        checks = done.stdout.count("PASS")
        assert checks == (17 if key else 19), done.stdout


# ---- weft among several of serf

# Queries are lost as events are, and nothing brings them later.
QUERY_TRIES = 4


def ask_from_serf(serf, *expected):
    for _ in range(QUERY_TRIES):
        out = serf.run("query", "-timeout=3s", "-relay-factor=2", "who", "me").stdout
        if all(text in out for text in expected):
            return
    raise AssertionError(out)


def ask_from_weft(agent, names):
    for left in reversed(range(QUERY_TRIES)):
        since = agent.say("query-relayed who me")
        try:
            for name in names:
                agent.wait_line(r"^ack %s$" % name, since=since)
            return
        except AssertionError:
            if left == 0:
                raise


def among_serfs(key):
    """A ring of serf alone, which weft joins by way of one: members, tags and events both ways, and a query whose answers are relayed."""
    with contextlib.ExitStack() as stack:
        serfs = [stack.enter_context(Serf("s1", 31, key, tags={"role": "r1"}))]
        serfs += [stack.enter_context(Serf("s%d" % i, 30 + i, key, [at(serfs[0])], {"role": "r%d" % i})) for i in (2, 3, 4)]
        names = [serf.node for serf in serfs]
        for name in names:
            await_status(serfs, name, "alive")
        agent = stack.enter_context(weft("w1", 35, key, [at(serfs[2])], {"role": "weft"}))
        for name in (*names, "w1"):
            await_status([*serfs, agent], name, "alive")

        seen = agent.members()
        assert {name: seen[name][2] for name in names} == {"s%d" % i: {"role": "r%d" % i} for i in (1, 2, 3, 4)}, seen
        for serf in serfs:
            assert serf.members()["w1"]["tags"] == {"weft": "1", "role": "weft"}, serf.members()
        serfs[3].run("tags", "-set", "stage=two")
        wait_until(lambda: agent.members()["s4"][2].get("stage") == "two", what="new tags of one that it did not join by")
        agent.say("tags weft=1 role=weft stage=two")
        for serf in serfs:
            wait_until(lambda: serf.members()["w1"]["tags"].get("stage") == "two", what="weft's new tags at %s" % serf.node)

        serfs[1].run("event", "-coalesce=false", "from-serf", "payload-1")
        agent.wait_line(r"^event from-serf payload-1$", UNTIL_REPAIRED)
        agent.say("event from-weft payload-2")
        for serf in serfs:
            wait_until(lambda: "Received event: user-event: from-weft" in serf.log(), UNTIL_REPAIRED, "the event at %s" % serf.node)

        ask_from_weft(agent, (*names, "w1"))
        wait_until(lambda: any("Relaying response to" in serf.log() for serf in serfs), what="an answer that a third one passed on")
        ask_from_serf(serfs[0], "Total Acks: 5", "Response from 'w1': me")

        serfs[0].run("leave")
        await_status([*serfs[1:], agent], "s1", "left")
        agent.say("leave")
        await_status(serfs[1:], "w1", "left")


# ---- mixed rings

def mixed(key):
    """Five of weft; serf joins; half of weft is killed, one of serf leaves; keys are rotated by either side."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(weft("w1", 11, key))
        first.wait_line(r"^listening")
        agents = [first] + [stack.enter_context(weft("w%d" % i, 10 + i, key, [at(first)])) for i in range(2, 6)]
        serfs = [stack.enter_context(Serf("s%d" % i, 20 + i, key, [at(first)])) for i in (1, 2)]
        for name in ["w%d" % i for i in range(1, 6)] + ["s1", "s2"]:
            await_status(agents + serfs, name, "alive")

        agents[4].say("event deploy v2")
        for serf in serfs:
            wait_until(lambda: "Received event: user-event: deploy" in serf.log(), UNTIL_REPAIRED, "the event at serf")
        for agent in agents:
            agent.wait_line(r"^event deploy v2$", UNTIL_REPAIRED)
        ask_from_serf(serfs[0], "Total Acks: 7", "Total Responses: 5")

        if key:
            rotate(agents, serfs)

        victims, rest = agents[3:], agents[:3]
        for victim in victims:
            victim.process.send_signal(signal.SIGKILL)
        for victim in victims:
            await_status(rest + serfs, victim.name, "failed", 30)
        for name in ["w1", "w2", "w3", "s1", "s2"]:
            await_status(rest + serfs, name, "alive")

        serfs[1].run("leave")
        await_status(rest + serfs[:1], "s2", "left")
        force_leave(serfs[0], victims[0].name, rest + serfs[:1])


def force_leave(serf, name, observers, tries=3):
    """Serf tells an intent four times, also to members that it holds dead: where half are, nobody hears it once in 40 times."""
    for left in reversed(range(tries)):
        serf.run("force-leave", name)
        try:
            return await_status(observers, name, "left", 10)
        except AssertionError:
            if left == 0:
                raise


def rotate(agents, serfs):
    def nodes_with(key):
        out = serfs[0].keys("-list").stdout
        return [line for line in out.splitlines() if text_key(key) in line]

    done = serfs[0].keys("-install=" + text_key(OTHER_KEY))
    assert done.returncode == 0, done.stdout + done.stderr
    wait_until(lambda: any("7/7" in line for line in nodes_with(OTHER_KEY)), what="all have the new key")
    # The change of primary is weft's to ask for.
    since = agents[0].say("keys use " + text_key(OTHER_KEY))
    agents[0].wait_line(r"^keys use 7 of 7$", since=since)
    done = serfs[0].keys("-remove=" + text_key(KEY))
    assert done.returncode == 0, done.stdout + done.stderr
    wait_until(lambda: not nodes_with(KEY), what="the old key is gone")
    for name in ("w5", "s2"):
        await_status(agents + serfs, name, "alive")


def run(key):
    for test in (as_a_member_of_serf, probed, among_serfs, mixed):
        test(key)
        print("ok   %s, %s" % (test.__name__, "encrypted" if key else "plain"), flush=True)


def main():
    global PROGRAM
    PROGRAM = program_beside(program_from_arguments(__doc__))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run, key) for key in (None, KEY)]:
            done.result()


if __name__ == "__main__":
    main()
