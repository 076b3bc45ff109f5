#!/usr/bin/env python3
"""serf and weft side by side on loopback: start, join, events, detection and cost, then the same rings under stress.

Prints two tables in Markdown, ready for the README, and writes every figure as a line of JSON to --json. Everything runs
in a network namespace that is made and removed (needs root); the programs take turns row by row, so that a noisy machine is
equally noisy for both. `deploy/setup.sh --tests --references` installs serf and iptables; weft is gossip_agent of the release build.

Counted in a stress row: what all agents say from its beginning until, after its end, everyone sees everyone again ("healed").
"""
import argparse
import json
import os
import signal
import statistics
import sys
import time

import gossip_disturbances as disturb
from gossip_programs import COUNTS, PROGRAMS, ROOT, WeftAgent
from gossip_ring import Ring, loopback_namespace, memory

from impaired_network import why_not

HEAL_SECONDS = 120


def note(text):
    print("%s %s" % (time.strftime("%H:%M:%S"), text), file=sys.stderr)


def detect(ring, victim, since):
    """Seconds until the first and the last of the others said that it failed."""
    times = ring.first_times("failed", victim.name, since, [a for a in ring.alive() if a is not victim])
    return times[0], times[-1]


def revive(ring, victim):
    victim.start(ring.agents[0])
    ring.wait_complete(90)


def measure_ring(namespace, program, count, options):
    """One column of the first table: name -> figure or list of figures, one a round."""
    result = {}
    with Ring(namespace, program, count) as ring:
        last = max(e.at for agent in ring.agents for e in agent.events if e.kind == "joined")
        began = ring.last_start
        result["all see all"] = max(0.0, last - began)
        time.sleep(3)  # what the start has left to say is not idle traffic
        before = ring.packets(), ring.cpu_seconds(), time.monotonic()
        time.sleep(options.idle)
        after = ring.packets(), ring.cpu_seconds(), time.monotonic()
        agent_seconds = (after[2] - before[2]) * count
        result["packets"] = (after[0][0] - before[0][0]) / agent_seconds
        result["bytes"] = (after[0][1] - before[0][1]) / agent_seconds
        result["cpu"] = (after[1] - before[1]) / agent_seconds * 100
        sizes = list(zip(*(memory(agent.pid) for agent in ring.agents)))
        result["rss"], result["pss"], result["private"], result["threads"] = map(statistics.mean, sizes)
        joins, events, kills, silences = [], [], [], []
        for n in range(options.rounds):
            others = ring.alive()
            started = ring.add()
            newcomer = ring.agents[-1]
            times = ring.first_times("joined", newcomer.name, started, others)
            joins.append((statistics.median(times), times[-1]))
            ring.wait_complete(60)
            name = "e%d" % n
            sent = newcomer.user_event(name)
            if sent is not None:
                times = ring.first_times("event", name, sent, others)
                events.append((statistics.median(times), times[-1]))
            killed = time.monotonic()
            newcomer.kill()
            kills.append(detect(ring, newcomer, killed))
            revive(ring, newcomer)
            if "silent" in options.also:
                with disturb.silent(namespace, newcomer):
                    killed = time.monotonic()
                    newcomer.kill()
                    silences.append(detect(ring, newcomer, killed))
                revive(ring, newcomer)
        result.update({"join": joins, "event": events, "kill": kills, "silent": silences})
        gone = {agent.name for agent in ring.agents[count:]}
        result["false"] = sum(1 for agent in ring.agents for e in agent.events if e.kind == "failed" and e.subject not in gone)
    return result


def pair(values):
    """(a, b) of each round -> 'min-max of a / min-max of b'."""
    def spread(numbers):
        low, high = "%.2f" % min(numbers), "%.2f" % max(numbers)
        return low if low == high else low + "-" + high
    return " / ".join(spread(numbers) for numbers in zip(*values)) + " s" if values else "-"


RING_ROWS = [
    ("RSS per agent", lambda r: "%.1f MiB" % r["rss"]),
    ("PSS / private dirty", lambda r: "%.1f / %.1f MiB" % (r["pss"], r["private"])),
    ("threads", lambda r: "%.0f" % r["threads"]),
    ("CPU idle, % of one core per agent", lambda r: "%.3f" % r["cpu"]),
    ("wire, bytes/s per agent (with IP headers, each packet once)", lambda r: "%.0f" % r["bytes"]),
    ("packets/s per agent", lambda r: "%.1f" % r["packets"]),
    ("last of N started (50 ms apart): all see all", lambda r: "%.2f s" % r["all see all"]),
    ("one more is started: median / last agent knows", lambda r: pair(r["join"])),
    ("user event: median / last agent", lambda r: pair(r["event"])),
    ("kill -9: first / last agent says failed", lambda r: pair(r["kill"])),
    ("host gone silently: first / last agent says failed", lambda r: pair(r["silent"])),
    ("false failures in the whole run", lambda r: "%d" % r["false"]),
]

# name -> (title, seconds, agents that are disturbed, what is done to them)
STRESS_ROWS = {
    "busy8": ("8 busy loops (nice -5)", 40, 0, lambda ring, them: disturb.busy_loops(8)),
    "busy32": ("32 busy loops (nice -5)", 40, 0, lambda ring, them: disturb.busy_loops(32)),
    "stop3": ("4 agents stopped 3 s / running 3 s", 45, 4, lambda ring, them: disturb.stopped(them, 3, 3)),
    "stop6": ("4 agents stopped 6 s / running 2 s", 45, 4, lambda ring, them: disturb.stopped(them, 6, 2)),
    "share6": ("5 agents share 6 ms CPU per s", 60, 5, lambda ring, them: disturb.cpu_share(them, 6)),
    "share2": ("5 agents share 2 ms CPU per s", 60, 5, lambda ring, them: disturb.cpu_share(them, 2)),
    "share30": ("all share 30 ms CPU per s (1.5 ms each)", 60, 0,
                lambda ring, them: disturb.cpu_share(ring.agents, round(1.5 * len(ring.agents)))),
    "loss10": ("10 % UDP loss", 40, 0, lambda ring, them: disturb.udp_loss(ring.namespace, 0.1)),
    "loss30": ("30 % UDP loss", 40, 0, lambda ring, them: disturb.udp_loss(ring.namespace, 0.3)),
    "deaf": ("one agent receives nothing", 45, 1, lambda ring, them: disturb.receives_nothing(ring.namespace, them[0])),
    "mute": ("one agent sends nothing", 45, 1, lambda ring, them: disturb.sends_nothing(ring.namespace, them[0])),
}


def measure_stress(namespace, program, row, options):
    _, seconds, disturbed, disturbance = STRESS_ROWS[row]
    seconds = options.seconds or seconds
    opened = time.monotonic()
    with Ring(namespace, program, options.agents) as ring:
        started = time.monotonic() - opened
        time.sleep(3)
        them = ring.agents[len(ring.agents) - disturbed:]
        names = {agent.name for agent in them}
        before, began = ring.counts(), time.monotonic()
        with disturbance(ring, them):
            time.sleep(seconds)
        ended = time.monotonic()
        while not ring.complete() and time.monotonic() < ended + HEAL_SECONDS:
            time.sleep(0.1)
        healed = time.monotonic() - ended if ring.complete() else None
        after = ring.counts()
        failed = [(agent.name, e.subject) for agent in ring.agents for e in agent.seen("failed", began)]
    innocent = [f for f in failed if f[1] not in names]
    result = {name: after.get(name, 0) - before.get(name, 0) for name in COUNTS}
    result.update({"start": started, "seconds": seconds, "innocent": len(innocent), "innocent agents": len({f[1] for f in innocent}),
                   "innocent seen by undisturbed": sum(1 for f in innocent if f[0] not in names),
                   "guilty": len(failed) - len(innocent) if disturbed else None, "healed": healed})
    return result


def stress_line(title, program, r):
    innocent = "%d" % r["innocent"]
    if r["innocent"]:
        innocent += " (%d distinct; %d seen by undisturbed ones)" % (r["innocent agents"], r["innocent seen by undisturbed"])
    return "| %s, %g s | %s | %d | %d | %s | %s | %d | %s |" % (
        title, r["seconds"], program, r["suspicions"], r["refutations"], innocent,
        "-" if r["guilty"] is None else r["guilty"], r["saved"],
        "never" if r["healed"] is None else "%.1f s" % r["healed"])


class Figures:
    """Keeps them for the tables, and on disk at once, so that a run that is cut short is not lost."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")

    def add(self, **fields):
        self.file.write(json.dumps(fields) + "\n")
        self.file.flush()


def ring_table(namespace, programs, options, figures):
    columns = []
    for count in options.rings:
        for program in programs:
            note("ring of %d, %s" % (count, program))
            result = measure_ring(namespace, program, count, options)
            figures.add(table="ring", program=program, agents=count, **result)
            columns.append(("%s, %d agents" % (program, count), result))
    print("| | %s |\n|%s" % (" | ".join(title for title, _ in columns), "---|" * (len(columns) + 1)))
    for title, show in RING_ROWS:
        print("| %s | %s |" % (title, " | ".join(show(result) for _, result in columns)))
    sys.stdout.flush()


def stress_table(namespace, programs, rows, options, figures):
    print("\n| disturbance, %d agents | program | suspicions | refutations | \"failed\" about undisturbed agents "
          "| about disturbed ones | saved by stream probe | healed |\n|%s" % (options.agents, "---|" * 8))
    for row in rows:
        for program in programs:
            note("%s, %s" % (row, program))
            result = measure_stress(namespace, program, row, options)
            figures.add(table="stress", row=row, program=program, agents=options.agents, **result)
            print(stress_line(STRESS_ROWS[row][0], program, result))
            sys.stdout.flush()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="both", choices=["serf", "weft", "agent", "mixed", "both"],
                        help="weft: gossip_agent, gossip alone; agent: `weft agent`, rings only; mixed: every third agent is weft's, "
                             "the others serf's; both: serf and weft (default: %(default)s)")
    parser.add_argument("--rows", default="all", help="ring and %s, with commas (default: all)" % " ".join(STRESS_ROWS))
    parser.add_argument("--agents", type=int, default=20, help="in a stress row (default: %(default)s)")
    parser.add_argument("--rings", default="3,10,50", help="sizes for the first table (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of join, event and kill in a ring (default: %(default)s)")
    parser.add_argument("--idle", type=float, default=60, help="seconds of the idle figures (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="of each stress row, instead of its own")
    parser.add_argument("--quick", action="store_true", help="rings of 3 and 10, one round, rows of 15 s with 10 agents")
    parser.add_argument("--no-silent", action="store_true", help="leave the silent death of a host out")
    parser.add_argument("--gossip-agent", default=WeftAgent.path, help="weft's program (default: %(default)s)")
    parser.add_argument("--json", default=os.path.join(ROOT, "build/gossip_stress.jsonl"), help="file for the figures (default: %(default)s)")
    options = parser.parse_args()
    if options.quick:
        options.rings, options.rounds, options.idle, options.seconds, options.agents = "3,10", 1, 10, 15, 10
    options.rings = [int(size) for size in options.rings.split(",")]
    options.also = set() if options.no_silent else {"silent"}
    everything = ["ring"] if options.program == "agent" else ["ring", *STRESS_ROWS]
    options.rows = everything if options.rows == "all" else options.rows.split(",")
    unknown = set(options.rows) - set(everything)
    if unknown:
        parser.error("no such row: " + ", ".join(sorted(unknown)))
    return options


def main():
    options = parse_arguments()
    WeftAgent.path = os.path.abspath(options.gossip_agent)
    programs = ["serf", "weft"] if options.program == "both" else [options.program]
    for reason in [why_not(), *(PROGRAMS[name].missing() for name in programs)]:
        if reason:
            sys.exit("gossip_stress.py: " + reason)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("gossip_stress.py: ended by a signal"))
    os.setpriority(os.PRIO_PROCESS, 0, -10)  # its clock must be right while others want the CPU
    figures = Figures(options.json)
    with loopback_namespace() as namespace:
        if "ring" in options.rows:
            ring_table(namespace, programs, options, figures)
        rows = [row for row in STRESS_ROWS if row in options.rows]
        if rows:
            stress_table(namespace, programs, rows, options, figures)


if __name__ == "__main__":
    main()
