"""The gossip programs that are compared, behind one face: the rows of gossip_stress.py do not know which one runs.

An Agent is a process of one ring member. What it says is read line by line as it comes and stamped by the reader's clock,
the same for every program; parse() turns a line into what it means.
"""
import collections
import os
import re
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/support"))
from impaired_network import inside  # noqa: E402

PORT = 7946
TAGS = ("role=web", "dc=dc1")
COUNTS = ("suspicions", "refutations", "saved")
Event = collections.namedtuple("Event", "at kind subject")  # kind: joined failed left event; at: time.monotonic()


def address_of(i):
    return "127.0.%d.%d" % (1 + i // 200, i % 200 + 1)


class Reader:
    """One thread that reads what all agents say."""

    def __init__(self):
        self.selector, self.lock = selectors.DefaultSelector(), threading.Lock()
        self.wake_read, self.wake_write = os.pipe()
        self.selector.register(self.wake_read, selectors.EVENT_READ, None)
        self.ended = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def add(self, agent):
        os.set_blocking(agent.output, False)
        with self.lock:
            self.selector.register(agent.output, selectors.EVENT_READ, agent)
        os.write(self.wake_write, b"x")

    def _run(self):
        while not self.ended:
            ready = self.selector.select()
            now = time.monotonic()
            for key, _ in ready:
                if key.data is None:
                    os.read(self.wake_read, 4096)
                    continue
                chunk = os.read(key.fd, 1 << 16)
                if chunk:
                    key.data.take(chunk, now)
                else:
                    with self.lock:
                        self.selector.unregister(key.fd)
                    os.close(key.fd)

    def close(self):
        self.ended = True
        os.write(self.wake_write, b"x")
        self.thread.join()
        self.selector.close()
        os.close(self.wake_read)
        os.close(self.wake_write)


class Agent:
    """Subclasses say how it is started, asked and understood."""

    def __init__(self, namespace, reader, i):
        self.namespace, self.reader, self.i = namespace, reader, i
        self.name, self.address = "agent%d" % i, address_of(i)
        self.process, self.output, self.rest = None, None, b""
        self.events, self.members = [], set()
        self.last_lines = collections.deque(maxlen=30)

    def start(self, join=None):
        """Starts the process; join: an agent that is already there. Returns when it was started."""
        self.output, write_end = os.pipe()
        self.rest, self.members = b"", set()
        started = time.monotonic()
        with inside(self.namespace):
            self.process = subprocess.Popen(self.command(join), stdin=subprocess.PIPE, stdout=write_end, stderr=write_end)
        os.close(write_end)
        # The measuring side runs at a higher priority, so that its clock is right; the agents don't inherit it.
        os.setpriority(os.PRIO_PROCESS, self.process.pid, 0)
        self.reader.add(self)
        return started

    def take(self, chunk, now):
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            text = line.decode(errors="replace")
            self.last_lines.append(text)
            meaning = self.parse(text)
            if meaning is None:
                continue
            event = Event(now, *meaning)
            if event.kind == "joined":
                self.members.add(event.subject)
            elif event.kind in ("failed", "left"):
                self.members.discard(event.subject)
            self.events.append(event)

    def seen(self, kind, since, subject=None):
        return [e for e in list(self.events) if e.at >= since and e.kind == kind and subject in (None, e.subject)]

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.alive():
            self.process.kill()
        if self.process:
            self.process.wait()
            self.process.stdin.close()
            self.process = None


class SerfAgent(Agent):
    program = "serf"
    MEANINGS = [(re.compile(r"serf: EventMember%s: (\S+)" % said), kind)
                for said, kind in (("Join", "joined"), ("Failed", "failed"), ("Leave", "left"))]
    MEANINGS.append((re.compile(r"Received event: user-event: (\S+)"), "event"))
    COUNTED = (("memberlist: Suspect ", "suspicions"), ("memberlist: Refuting ", "refutations"),
               ("Was able to connect to ", "saved"))

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.counted = dict.fromkeys(COUNTS, 0)

    @staticmethod
    def missing():
        return None if shutil.which("serf") else "serf is not installed: run deploy/setup.sh --tests"

    def command(self, join):
        command = ["serf", "agent", "-node", self.name, "-bind", "%s:%d" % (self.address, PORT),
                   "-rpc-addr", self.address + ":7373", "-log-level", "info"]
        for tag in TAGS:
            command += ["-tag", tag]
        return command + (["-join", "%s:%d" % (join.address, PORT)] if join else [])

    def parse(self, line):
        for text, count in self.COUNTED:
            if text in line:
                self.counted[count] += 1
                return None
        for pattern, kind in self.MEANINGS:
            match = pattern.search(line)
            if match:
                return kind, match.group(1)
        return None

    def counts(self):
        return dict(self.counted)

    def user_event(self, name):
        """By the RPC port, in MessagePack, since starting `serf event` would take longer than the event does."""
        def text(value):
            return bytes([0xa0 + len(value)]) + value.encode()

        def message(number, command, fields):
            head = b"\x82" + text("Command") + text(command) + text("Seq") + bytes([number])
            return head + bytes([0x80 + len(fields)]) + b"".join(text(key) + value for key, value in fields.items())
        with inside(self.namespace), socket.create_connection((self.address, 7373), timeout=10) as connection:
            connection.sendall(message(0, "handshake", {"Version": b"\x01"}))
            connection.recv(4096)
            sent = time.monotonic()
            # Not coalesced: the receivers would hold it back for a second.
            connection.sendall(message(1, "event", {"Name": text(name), "Payload": text("x"), "Coalesce": b"\xc2"}))
            connection.recv(4096)
        return sent


class WeftAgent(Agent):
    """tests/bench/gossip_agent: a line for each event, commands on its input."""
    program = "weft"
    path = os.path.join(ROOT, "build/release/tests/bench/gossip_agent")
    MEANING = re.compile(r"^\d+\.\d+ (joined|failed|left|event) (\S+)")
    LISTENING = re.compile(r"^\d+\.\d+ listening ")
    STATS = {"suspicions": "suspicions", "refutations": "refutations", "probes_answered_stream": "saved"}

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.stats = {}

    @classmethod
    def missing(cls):
        return None if os.access(cls.path, os.X_OK) else "%s is missing: build the target gossip_agent" % cls.path

    def command(self, join):
        command = [self.path, "--name", self.name, "--bind", "%s:%d" % (self.address, PORT)]
        for tag in (*TAGS, "weft=1"):  # the tag by which agents of weft know each other; weft agent gives its version
            command += ["--tag", tag]
        return command + (["--join", "%s:%d" % (join.address, PORT)] if join else [])

    def parse(self, line):
        match = self.MEANING.match(line)
        if match:
            return match.groups()
        if self.LISTENING.match(line):
            return "joined", self.name  # serf says so of itself, too
        for name, value in re.findall(r"(\w+)[=: ]+(\d+)", line):
            if name in self.STATS:
                self.stats[self.STATS[name]] = int(value)
        return None

    def _say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def counts(self):
        """As of now; an agent that does not answer in time has its last ones."""
        self.stats = {}
        if self.alive():
            self._say("stats")
        deadline = time.monotonic() + 3
        while set(self.stats) < set(COUNTS) and time.monotonic() < deadline:
            time.sleep(0.01)
        return {**dict.fromkeys(COUNTS, 0), **self.stats}

    def user_event(self, name):
        sent = time.monotonic()
        self._say("event %s x" % name)
        return sent


class WholeAgent(Agent):
    """`weft agent` with all its parts, a server of its own; what it says of others is in its log."""
    program = "agent"
    path = os.path.join(ROOT, "build/release/weft")
    MEANING = re.compile(r"gossip: member (joined|failed|left) node=(\S+) ")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.folder = tempfile.mkdtemp(prefix="weft-bench-")

    @classmethod
    def missing(cls):
        return None if os.access(cls.path, os.X_OK) else "%s is missing: build the target weft" % cls.path

    def command(self, join):
        command = [self.path, "agent", "-server", "-bootstrap", "-node", self.name, "-bind", self.address,
                   "-client", self.address, "-data-dir", self.folder]
        return command + (["-retry-join", join.address] if join else [])

    def parse(self, line):
        if "gossip: gossip listens" in line:
            return "joined", self.name
        match = self.MEANING.search(line)
        return match.groups() if match else None

    def kill(self):
        super().kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def counts(self):
        return dict.fromkeys(COUNTS, 0)  # its metrics have them; the ring's rows do without

    def user_event(self, name):
        return None  # it hands events to whoever asks, and says nothing of them in its log


class MixedRing:
    """Every third agent is weft's, the others are serf's."""
    program = "mixed"

    def __new__(cls, namespace, reader, i):
        return (WeftAgent if i % 3 == 1 else SerfAgent)(namespace, reader, i)

    @staticmethod
    def missing():
        return SerfAgent.missing() or WeftAgent.missing()


PROGRAMS = {c.program: c for c in (SerfAgent, WeftAgent, WholeAgent, MixedRing)}
