"""tests/bench/gossip_agent as a process for tests: commands on its input, what it says line by line. Standard library only."""
import os
import re
import subprocess
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
PROGRAM = os.path.join(ROOT, "build/release/tests/bench/gossip_agent")


def program_beside(weft):
    """The gossip_agent that was built with that weft program."""
    return os.path.join(os.path.dirname(os.path.abspath(weft)), "tests/bench/gossip_agent")


class GossipAgent:
    """Use as a context manager: the process is ended by its id."""

    def __init__(self, name, bind, join=(), key=None, tags=None, program=PROGRAM):
        self.name, self.bind = name, bind
        command = [program, "--name", name, "--bind", bind]
        for seed in join:
            command += ["--join", seed]
        if key:
            command += ["--key", key]
        for tag, value in (tags or {}).items():
            command += ["--tag", "%s=%s" % (tag, value)]
        self.lines, self.changed = [], threading.Condition()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, errors="replace", bufsize=1)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def say(self, command):
        """Returns the number of lines before whatever follows from it."""
        with self.changed:
            before = len(self.lines)
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return before

    def wait_line(self, pattern, seconds=10.0, since=0):
        """The match of the first line (without its time) that has the pattern; an error after the deadline."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                for line in self.lines[since:]:
                    match = re.search(pattern, line.partition(" ")[2])
                    if match:
                        return match
                left = deadline - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    if deadline - time.monotonic() <= 0:
                        raise AssertionError("%s did not say /%s/ within %.0f s; last lines:\n%s" % (
                            self.name, pattern, seconds, "\n".join(self.lines[-20:])))

    def has_line(self, pattern, since=0):
        with self.changed:
            return any(re.search(pattern, line.partition(" ")[2]) for line in self.lines[since:])

    def members(self):
        """{name: (address, status, {tag: value})}"""
        since = self.say("members")
        self.wait_line(r"^members \d+$", since=since)
        found = {}
        with self.changed:
            for line in self.lines[since:]:
                match = re.match(r"\S+ member (\S+) (\S+) (\S+) ?(\S*)$", line)
                if match:
                    name, address, status, tags = match.groups()
                    found[name] = (address, status, dict(t.split("=", 1) for t in (tags or "").split(",") if t))
        return found

    def status(self, name):
        return self.members().get(name, (None, "unknown", {}))[1]

    def stats(self):
        since = self.say("stats")
        line = self.wait_line(r"^stats .*", since=since).group(0)
        return {name: int(value) for name, value in re.findall(r"(\w+)=(-?\d+)", line)}

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.kill()
        self.process.stdin.close()
        self.reader.join(5)
        if kind is not None:
            print("-- %s said\n%s" % (self.name, "\n".join(self.lines[-40:])))
