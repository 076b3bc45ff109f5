"""What a command that asks the agent costs: wall time and memory."""
import subprocess
import time

import servers
from servers import HOST

COMMANDS = (["kv", "get", "a"], ["kv", "put", "a", "c"], ["members"], ["catalog", "services"], ["info"], ["session", "list"])
RUNS = 10


def wall(weft, arguments, at):
    """Least time of some runs: what else the machine does is not the command's."""
    best = 60.0
    for _ in range(RUNS):
        began = time.monotonic()
        subprocess.run([weft, *arguments, at], stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.monotonic() - began)
    return best


def memory(weft, at):
    """Of a command that stays: what wait4 tells of one that ended counts this program, too, from which it was forked."""
    watching = subprocess.Popen([weft, "watch", at, "-type=services", "echo"], stdout=subprocess.PIPE)
    try:
        assert watching.stdout.readline() == b"\n"
        with open("/proc/%d/status" % watching.pid, encoding="utf-8") as f:
            return int(next(line for line in f if line.startswith("VmHWM")).split()[1]) * 1024
    finally:
        watching.terminate()
        watching.communicate(timeout=10)


def bench_cli(options, table, _):
    server = servers.weft(options.program)
    try:
        server.start()
        server.put("/v1/kv/a", "b")
        at = "-http-addr=%s:%d" % (HOST, server.http)
        slowest = max(COMMANDS, key=lambda arguments: wall(options.program, arguments, at))
        table.add("the slowest of six commands: %s" % " ".join(slowest), wall(options.program, slowest, at) * 1000, None, "",
                  "<= 30", "ms")
        table.add("memory of a command", memory(options.program, at) / 2**20, None, "", "<= 15", "MiB")
    finally:
        server.close()
