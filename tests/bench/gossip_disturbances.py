"""What the rows of the stress table do to a ring, each a context manager that takes everything back at its end."""
import contextlib
import glob
import os
import signal
import subprocess
import tempfile
import threading

from gossip_programs import inside


@contextlib.contextmanager
def busy_loops(count):
    """Endless loops at a higher priority than the agents."""
    loops = [subprocess.Popen(["nice", "-n", "-5", "sh", "-c", "while :; do :; done"],
                              preexec_fn=lambda: os.setpriority(os.PRIO_PROCESS, 0, 0)) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@contextlib.contextmanager
def stopped(agents, stop_seconds, run_seconds):
    """SIGSTOP and SIGCONT in turn, all at the same moments."""
    end = threading.Event()

    def send(number):
        for agent in agents:
            os.kill(agent.pid, number)

    def run():
        while True:
            send(signal.SIGSTOP)
            ended = end.wait(stop_seconds)
            send(signal.SIGCONT)
            if ended or end.wait(run_seconds):
                return
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@contextlib.contextmanager
def cpu_controller():
    """Where the cgroup v1 `cpu` controller is mounted; mounted in a folder of our own when it is not."""
    with open("/proc/mounts", encoding="utf-8") as f:
        for line in f:
            _, place, kind, options, *_ = line.split()
            if kind == "cgroup" and "cpu" in options.split(","):
                yield place
                return
    place = tempfile.mkdtemp(prefix="weft-cgroup-")
    try:
        subprocess.run(["mount", "-t", "cgroup", "-o", "cpu", "none", place], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", place], check=True)
    finally:
        os.rmdir(place)


@contextlib.contextmanager
def cpu_share(agents, milliseconds):
    """All of them together get so many milliseconds of CPU in each second. A period of one second, the longest there is:
    once the share is used up, all stand still until the next one, as in a container with a tiny quota."""
    def write(path, text):
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
    with cpu_controller() as controller:
        for left in glob.glob(controller + "/weft-[0-9]*"):
            # Of a run that was killed; its agents went with its namespace.
            if not os.path.exists("/proc/" + left.rsplit("-", 1)[1]):
                os.rmdir(left)
        group = os.path.join(controller, "weft-%d" % os.getpid())
        os.mkdir(group)
        try:
            write(group + "/cpu.cfs_period_us", "1000000")
            write(group + "/cpu.cfs_quota_us", str(milliseconds * 1000))
            for agent in agents:
                write(group + "/cgroup.procs", str(agent.pid))
            yield
        finally:
            write(group + "/cpu.cfs_quota_us", "-1")
            with open(group + "/cgroup.procs", encoding="ascii") as f:
                left = f.read().split()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    write(controller + "/cgroup.procs", pid)
            os.rmdir(group)


@contextlib.contextmanager
def firewall(namespace, *rules):
    """Rules of iptables for what arrives on the namespace's loopback."""
    def run(action, rule):
        with inside(namespace):
            subprocess.run(["iptables", "-w", action, "INPUT", *rule.split(), "-j", "DROP"], check=True)
    added = []
    try:
        for rule in rules:
            run("-A", rule)
            added.append(rule)
        yield
    finally:
        for rule in added:
            run("-D", rule)


def udp_loss(namespace, probability):
    return firewall(namespace, "-p udp -m statistic --mode random --probability %g" % probability)


def receives_nothing(namespace, agent):
    """Of what others send. A stream that it opens itself from another loopback address, as serf does, still works."""
    return firewall(namespace, "-d " + agent.address)


def sends_nothing(namespace, agent):
    return firewall(namespace, "-s " + agent.address)


def silent(namespace, agent):
    """Nothing refuses and nothing answers, as when the host is gone."""
    return firewall(namespace, "-d " + agent.address, "-s " + agent.address)
