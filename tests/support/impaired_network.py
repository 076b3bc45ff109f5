"""Network namespaces joined by wires that misbehave as they are told: tests/support/impair from Python. Needs root.

    with ImpairedNetwork("build/release/tests/support/impair/weft_impair", count=3, seed=7) as network:
        process = network.run(1, ["weft", "agent", "-bind", network.address(1)], stdout=log)
        network.set(from_=1, to=[2, 3], proto="udp", loss=0.1, delay_ms=50)
        client = network.socket(2, socket.SOCK_DGRAM)
        print(network.counters(from_=1, proto="udp"))

Namespaces are numbered from 1; namespace i has 10.87.0.i and fd57::i on wire0, and loopback. Neighbour tables are
filled in, so no rule can hit address resolution. At the end, however it comes, every process in the namespaces is
killed and the namespaces are removed; those of a run that was killed itself are removed by the next one.
"""
import collections
import contextlib
import ctypes
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
NAME = re.compile(r"^weft-(\d+)-\d+-\d+$")
# More frames than a test sends at once: what does not fit the interface's own queue is lost without a trace.
QUEUE_FRAMES = 5000
ANSWER_SECONDS = 10


def ip(*arguments, check=True, **more):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False, **more)
    if check and done.returncode != 0:
        raise OSError("ip %s: %s" % (" ".join(arguments), done.stderr.strip()))
    return done.stdout


def why_not():
    """Why no ImpairedNetwork can be made here, for tests that leave themselves out; None when one can."""
    if os.geteuid() != 0:
        return "needs root"
    return None if os.path.exists("/dev/net/tun") else "needs /dev/net/tun"


@contextlib.contextmanager
def inside(name):
    """The calling thread's new sockets and children belong to the named namespace."""
    with open("/proc/thread-self/ns/net", "rb") as own, open("/run/netns/" + name, "rb") as other:
        def enter(where):
            if LIBC.setns(where.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        enter(other)
        try:
            yield
        finally:
            enter(own)


def kill_all_in(name):
    """Kills by their ids what runs in a namespace of ours, which only we have put there."""
    for _ in range(50):
        pids = ip("netns", "pids", name, check=False).split()
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.01)


def remove_namespace(name):
    kill_all_in(name)
    ip("netns", "del", name, check=False)


def remove_leftovers():
    """Namespaces whose maker is gone."""
    for line in ip("netns", "list").splitlines():
        name = line.split()[0]
        match = NAME.match(name)
        if match and not os.path.exists("/proc/" + match.group(1)):
            remove_namespace(name)


class ImpairedNetwork:
    made = 0  # of this process, so that names differ
    lock = threading.Lock()

    def __init__(self, program, count, seed=1):
        self.program, self.count, self.seed = os.path.abspath(program), count, seed
        with ImpairedNetwork.lock:
            ImpairedNetwork.made += 1
            self.names = ["weft-%d-%d-%d" % (os.getpid(), ImpairedNetwork.made, i + 1) for i in range(count)]
        self.bridge, self.processes, self.sockets = None, [], []
        self.lines, self.unread = collections.deque(), b""  # of its answers

    def name(self, i):
        return self.names[i - 1]

    @staticmethod
    def address(i, version=4):
        return "10.87.0.%d" % i if version == 4 else "fd57::%x" % i

    @staticmethod
    def mac(i):
        return "02:57:00:00:00:%02x" % i

    def __enter__(self):
        remove_leftovers()
        try:
            for name in self.names:
                ip("netns", "add", name)
            self.bridge = subprocess.Popen([self.program, "--seed", str(self.seed), *self.names],
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            if self._line() != "ready":
                raise OSError("%s ended with %s" % (self.program, self.bridge.wait()))
            for i in range(1, self.count + 1):
                self._configure(i)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, value, trace):
        self.close()

    def _configure(self, i):
        lines = ["link set lo up", "link set wire0 addrgenmode none txqueuelen %d" % QUEUE_FRAMES,
                 "addr add %s/24 dev wire0" % self.address(i), "addr add %s/64 dev wire0 nodad" % self.address(i, 6),
                 "link set wire0 up"]
        for other in range(1, self.count + 1):
            if other != i:
                lines += ["neigh replace %s lladdr %s dev wire0 nud permanent" % (self.address(other, version), self.mac(other))
                          for version in (4, 6)]
        ip("-n", self.name(i), "-batch", "-", input="\n".join(lines) + "\n")

    def close(self):
        for s in self.sockets:
            s.close()
        if self.bridge:
            self.bridge.stdin.close()
            try:
                self.bridge.wait(5)
            except subprocess.TimeoutExpired:
                self.bridge.kill()
                self.bridge.wait()
            self.bridge.stdout.close()
            self.bridge = None
        for name in self.names:
            remove_namespace(name)
        for process in self.processes:
            process.wait()
        self.processes = []

    def run(self, i, command, **more):
        """Starts a process in namespace i; its pid is the command's own. More goes to Popen."""
        process = subprocess.Popen(["ip", "netns", "exec", self.name(i), *command], **more)
        self.processes.append(process)
        return process

    def socket(self, i, kind, family=socket.AF_INET):
        """A socket of namespace i in this process, closed with the network."""
        with inside(self.name(i)):
            s = socket.socket(family, kind)
        self.sockets.append(s)
        return s

    def _line(self):
        deadline = time.monotonic() + ANSWER_SECONDS
        while not self.lines:
            ready, _, _ = select.select([self.bridge.stdout], [], [], max(0, deadline - time.monotonic()))
            chunk = os.read(self.bridge.stdout.fileno(), 1 << 16) if ready else b""
            if not chunk:
                return "no answer of weft_impair" if not ready else "weft_impair has ended"
            *whole, self.unread = (self.unread + chunk).split(b"\n")
            self.lines.extend(whole)
        return self.lines.popleft().decode()

    def command(self, line):
        """One line of the control protocol (tests/support/impair/control.hpp); the lines of its answer."""
        self.bridge.stdin.write(line.encode() + b"\n")
        self.bridge.stdin.flush()
        answer = []
        while True:
            answer.append(self._line())
            if answer[-1] == "ok":
                return answer[:-1]
            if answer[-1].startswith(("error", "no answer", "weft_impair")):
                raise ValueError("%s: %s" % (line, answer[-1]))

    @staticmethod
    def _words(from_, to, proto, keys):
        def number(value):
            return ",".join(map(str, value)) if isinstance(value, (list, tuple, set, range)) else str(value)
        words = ["from=" + number(from_), "to=" + number(to), "proto=" + proto]
        return " ".join(words + ["%s=%s" % (key, int(value) if isinstance(value, bool) else value)
                                 for key, value in keys.items()])

    def set(self, from_="*", to="*", proto="*", **keys):
        """Changes the named keys of the rules on the way from .. to ..; the keys are those of rule.hpp's set_key()."""
        self.command("set " + self._words(from_, to, proto, keys))

    def clear(self, from_="*", to="*", proto="*"):
        self.command("clear " + self._words(from_, to, proto, {}))

    def partition(self, *sides, **keys):
        """Blocks every way between the sides (lists of numbers), or sets other keys there."""
        for side in sides:
            for other in sides:
                if side is not other:
                    self.set(side, other, **(keys or {"block": True}))

    def counters(self, from_="*", to="*", proto="*"):
        """The sum of the chosen lanes' counters by name; names are those of bridge.hpp's Counters."""
        total = dict.fromkeys(("offered", "bytes", "delivered", "blocked", "lost", "overflowed", "corrupted", "duplicated",
                               "overtaken", "held"), 0)
        for line in self.command("counters " + self._words(from_, to, proto, {})):
            for key, value in (word.split("=") for word in line.split()):
                if key in total:
                    total[key] += int(value)
        return total
