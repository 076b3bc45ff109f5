"""A ring of agents on loopback in a network namespace of its own, and what can be read of it from outside."""
import contextlib
import os
import sys
import time

from gossip_programs import PROGRAMS, Reader, inside

from impaired_network import ip, remove_leftovers, remove_namespace  # gossip_programs puts tests/support in the path
from weft_agent import wait_until


@contextlib.contextmanager
def loopback_namespace():
    remove_leftovers()
    name = "weft-%d-0-1" % os.getpid()
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        remove_namespace(name)


class Ring:
    """Agents 0..N-1; the first is whom the others join. Use as a context manager."""

    def __init__(self, namespace, program, count):
        self.namespace, self.make, self.count = namespace, PROGRAMS[program], count
        self.reader, self.agents = Reader(), []

    def __enter__(self):
        try:
            self.last_start = self.add()
            for _ in range(self.count - 1):
                time.sleep(0.05)
                self.last_start = self.add()
            self.wait_complete(60)
        except BaseException as e:
            self.close()
            if isinstance(e, AssertionError):
                self.show()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is AssertionError:
            self.show()
        self.close()

    def show(self):
        for agent in self.agents[:3]:
            print("-- %s\n%s" % (agent.name, "\n".join(agent.last_lines)), file=sys.stderr)

    def close(self):
        for agent in self.agents:
            agent.kill()
        self.reader.close()

    def add(self):
        """One more agent; when it was started. The first one listens when this returns."""
        agent = self.make(self.namespace, self.reader, len(self.agents))
        self.agents.append(agent)
        started = agent.start(self.agents[0] if agent.i else None)
        if agent.i == 0:
            wait_until(lambda: agent.name in agent.members, 20, "the first agent")
        return started

    def alive(self):
        return [agent for agent in self.agents if agent.alive()]

    def complete(self):
        alive = self.alive()
        names = {agent.name for agent in alive}
        return len(alive) == len(self.agents) and all(names <= agent.members for agent in alive)

    def wait_complete(self, seconds):
        wait_until(self.complete, seconds, "all agents to see all")

    def first_times(self, kind, subject, since, among):
        """Seconds from `since` until each of `among` first said so, in order; waits for the last of them, a minute."""
        def told():
            return [seen[0].at - since for agent in among if (seen := agent.seen(kind, since, subject))]
        wait_until(lambda: len(told()) == len(among), 60, "%s %s at all of %d agents" % (kind, subject, len(among)))
        return sorted(told())

    def counts(self):
        total = {}
        for agent in self.alive():
            for name, value in agent.counts().items():
                total[name] = total.get(name, 0) + value
        return total

    def packets(self):
        """(packets, bytes with IP headers) that crossed the namespace's loopback so far, each once."""
        with inside(self.namespace), open("/proc/thread-self/net/dev", encoding="ascii") as f:
            for line in f:
                name, _, numbers = line.partition(":")
                if name.strip() == "lo":
                    received = numbers.split()
                    return int(received[1]), int(received[0])
        raise AssertionError("no lo")

    def cpu_seconds(self):
        return sum(cpu_seconds(agent.pid) for agent in self.alive())


def cpu_seconds(pid):
    """Of all threads, to the nanosecond: an idle agent uses less than a clock tick in seconds."""
    total = 0
    for thread in os.listdir("/proc/%d/task" % pid):
        with contextlib.suppress(FileNotFoundError), open("/proc/%d/task/%s/schedstat" % (pid, thread), encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total / 1e9


def memory(pid):
    """MiB of resident, proportional and private dirty memory, and the number of threads."""
    sizes = {}
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
        for line in f:
            words = line.split()
            if words[0] in ("Rss:", "Pss:", "Private_Dirty:"):
                sizes[words[0]] = int(words[1]) / 1024
    return sizes["Rss:"], sizes["Pss:"], sizes["Private_Dirty:"], len(os.listdir("/proc/%d/task" % pid))
