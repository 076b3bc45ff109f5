#!/usr/bin/env python3
"""Measures weft beside its references in the same minutes and prints ratios.

Absolute figures of a shared machine mean little: each row alternates between the programs and gives the median of the
rounds, and what is compared is CPU time of the serving process per answer wherever that makes sense. Parts: dns http
writes memory polls keys key_polls startup snapshot cli (default: all). `deploy/setup.sh --references` installs the references; one that is absent is
named and its column stays empty.
"""
import argparse
import base64
import concurrent.futures
import http.client
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import servers
import cli_bench
import snapshot_bench
from servers import HOST, ROOT, Knot, address_of

SIZES = (5, 10, 50, 250)
# The checkpoint; answers that nobody asks for are kept for 20 s at most; what is free goes back in the 10 s after that.
SETTLES = 32


class Table:
    """Rows of the result in Markdown. bar: the most (or least) that the ratio may be; None where there is none."""

    def __init__(self):
        self.rows = []

    def add(self, what, weft, reference, value, bar=None, unit="us CPU"):
        ratio = None if not reference or not weft else (reference / weft if bar and bar.startswith(">=") else weft / reference)
        met = ""
        if bar:
            limit = float(re.sub(r"[^0-9.]", "", bar))
            compared = ratio if ratio is not None else weft
            met = "yes" if (compared >= limit if bar.startswith(">=") else compared <= limit) else "NO"
        row = "| %s | %s | %s | %s | %s | %s |" % (
            what, "%.4g %s" % (weft, unit) if weft is not None else "-",
            "%s %.4g" % (value, reference) if reference else value or "-",
            "%.3g" % ratio if ratio is not None else "-", bar or "-", met or "-")
        self.rows.append(row)
        print(row)
        sys.stdout.flush()

    def print_head(self):
        print("| what | weft | reference | ratio | bar | met |\n|---|---|---|---|---|---|")


def medians(rounds, measures):
    """Runs each measure once a round, in turn; name -> median."""
    values = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            values[name].append(measure())
    return {name: statistics.median(v) for name, v in values.items()}


def dns_cpu(server, name, kind, seconds):
    """Microseconds of the server's CPU per answered query, saturated by dnsperf."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as queries:
        queries.write("%s %s\n" % (name, kind))
        queries.flush()
        before = server.cpu_seconds()
        out = subprocess.run(["dnsperf", "-e", "-s", HOST, "-p", str(server.dns), "-c", "4", "-q", "200", "-l", str(seconds),
                              "-d", queries.name], capture_output=True, text=True, check=True).stdout
        used = server.cpu_seconds() - before
    completed = int(re.search(r"Queries completed:\s+(\d+)", out).group(1))
    codes = re.search(r"Response codes:\s+(.*)", out).group(1)
    if "NOERROR" not in codes or completed == 0:
        raise AssertionError("%s: %s" % (server.name, out))
    return used / completed * 1e6


def answers_in(server, name, kind):
    out = subprocess.run(["dig", "@" + HOST, "-p", str(server.dns), name, kind, "+short", "+notcp", "+ignore", "+bufsize=4096"],
                         capture_output=True, text=True, check=True).stdout
    return len(out.split("\n")) - 1


def bench_dns(options, table, running):
    for kind in ("A", "SRV"):
        for size in SIZES:
            name = "web%d.service.consul" % size
            measured = {s.name: (lambda s=s: dns_cpu(s, name, kind, options.seconds)) for s in running}
            result = medians(options.rounds, measured)
            counts = {s.name: answers_in(s, name, kind) for s in running}
            label = "DNS %s, %d instances (records in the answer: %s)" % (
                kind, size, ", ".join("%s %d" % c for c in counts.items()))
            bar = {("A", 10): "<= 1.25", ("A", 250): "<= 3"}.get((kind, size))
            table.add(label, result["weft"], result.get("knotd"), "knotd", bar)
            if "consul" in result:
                table.add("the same", result["weft"], result["consul"], "consul")


def wrk(server, path, connections, seconds, script=None):
    """(requests, server CPU seconds, p50 in us) of one wrk run."""
    before = server.cpu_seconds()
    command = ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--latency"]
    out = subprocess.run(command + (["-s", script] if script else []) + [server.url(path)],
                         capture_output=True, text=True, check=True).stdout
    used = server.cpu_seconds() - before
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    if "Non-2xx" in out or "Socket errors" in out or requests == 0:
        raise AssertionError("%s %s: %s" % (server.name, path, out))
    amount, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", out).groups()
    return requests, used, float(amount) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def bench_http(options, table, running):
    agents = [s for s in running if s.name != "knotd"]
    for size in (10, 250):
        for connections in (1, 8, 64):
            def cpu(server):
                requests, used, _ = wrk(server, "/v1/health/service/web%d?passing&stale" % size, connections, options.seconds)
                return used / requests * 1e6
            result = medians(options.rounds, {s.name: (lambda s=s: cpu(s)) for s in agents})
            bar = {(10, 8): ">= 20", (250, 8): ">= 50"}.get((size, connections))
            table.add("health/service?passing, %d instances, %d connections" % (size, connections), result["weft"],
                      result.get("consul"), "consul", bar)


REGISTER = """
local n = 0
local id = math.random(1000000)
request = function()
    n = n + 1
    local name = "w" .. id .. "-" .. (n %% 2000)
    return wrk.format("PUT", "%s", nil, string.format('%s', name, name, n %% 60000 + 1))
end
"""
CATALOG_BODY = ('{"Node":"%s","Address":"127.0.0.9","Service":{"Service":"%s","Port":%d}}')


def bench_writes(options, table, running):
    agents = [s for s in running if s.name != "knotd"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(REGISTER % ("/v1/catalog/register", CATALOG_BODY))
        script.flush()
        for connections in (1, 64):
            def cpu(server):
                requests, used, _ = wrk(server, "/v1/catalog/register", connections, options.seconds, script.name)
                return used / requests * 1e6
            result = medians(options.rounds, {s.name: (lambda s=s: cpu(s)) for s in agents})
            table.add("durable registrations, %d clients" % connections, result["weft"], result.get("consul"), "consul",
                      "<= 0.25" if connections == 64 else None)
    for program, label, bar in (("log_store_bench", "LogStore::write of one entry, p50", "<= 1.6"),
                                ("registration_bench", "HTTP registration, one client, p50", "<= 2.2")):
        path = os.path.join(os.path.dirname(os.path.abspath(options.program)), "tests/bench", program)
        arguments = [] if program == "log_store_bench" else [str(agents[0].http)]
        out = subprocess.run([path, *arguments], capture_output=True, text=True, check=True).stdout
        ours, floor = (float(x) for x in re.search(r"p50_us weft=([\d.]+) floor=([\d.]+)", out).groups())
        table.add(label, ours, floor, "append+fdatasync", bar, "us")


PUT_KEY = """
local n = 0
request = function()
    n = n + 1
    return wrk.format("PUT", "/v1/kv/put/" .. (n % 2000), nil, "value" .. n)
end
"""


def bench_keys(options, table, running):
    """Reads of a key and durable writes of keys, each with the bar of its kind; reads beside a server that only answers."""
    agents = [s for s in running if s.name != "knotd"]
    for server in agents:
        server.put("/v1/kv/key", "a value of some bytes")
    floor = servers.HttpFloor(options.program, servers.raw_answer(agents[0], "/v1/kv/key"))
    try:
        compare_keys(options, table, agents, floor)
    finally:
        floor.close()


def compare_keys(options, table, agents, floor):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(PUT_KEY)
        script.flush()
        for what, bar, path, lua in (("reads of a key", "<= 0.125", "/v1/kv/key", None),
                                     ("durable writes of keys", "<= 0.25", "/v1/kv/", script.name)):
            for connections in (1, 64):
                def cpu(server):
                    requests, used, _ = wrk(server, path, connections, options.seconds, lua)
                    return used / requests * 1e6
                measured = agents if lua else agents + [floor]
                result = medians(options.rounds, {s.name: (lambda s=s: cpu(s)) for s in measured})
                table.add("%s, %d connections" % (what, connections), result["weft"], result.get("consul"), "consul", bar)
                if "floor" in result:
                    table.add("the same", result["weft"], result["floor"], "recv+send")
                    table.add("recv and send alone", result["floor"], result.get("consul"), "consul")


def big_catalog(server):
    """10,000 nodes, 1,000 services with 100 instances each, a check an instance; loaded over 16 connections."""
    with concurrent.futures.ProcessPoolExecutor(16) as pool:
        list(pool.map(Loader(server.http), range(16)))


class Loader:
    """big_catalog's part in a process of its own (picklable)."""

    def __init__(self, port):
        self.http = port

    def __call__(self, part):
        connection = http.client.HTTPConnection(HOST, self.http, timeout=120)
        for n in range(part, 10_000, 16):
            for k in range(10):
                service = (n * 10 + k) % 1000
                instance = "svc%d-%d" % (service, n)
                connection.request("PUT", "/v1/catalog/register", json.dumps({
                    "Node": "node-%05d" % n, "Address": address_of(n), "NodeMeta": {"zone": "z%d" % (n % 3)},
                    "Service": {"ID": instance, "Service": "svc%d" % service, "Address": address_of(n), "Port": 8000 + k,
                                "Tags": ["v1"], "Meta": {"version": "1.2.3"}},
                    "Checks": [{"Node": "node-%05d" % n, "CheckID": "service:" + instance, "Name": "http check",
                                "Status": "passing", "ServiceID": instance, "Output": "HTTP GET: 200 OK"}]}))
                response = connection.getresponse()
                body = response.read()
                if response.status != 200:
                    raise AssertionError("register: %d %r" % (response.status, body))


def read_every_service(server):
    connection = http.client.HTTPConnection(HOST, server.http, timeout=60)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        for service in range(1000):
            connection.request("GET", "/v1/health/service/svc%d?passing" % service)
            rows = json.loads(connection.getresponse().read())
            if len(rows) != 100:
                raise AssertionError("svc%d has %d instances" % (service, len(rows)))
            labels = b"".join(bytes([len(x)]) + x for x in (b"svc%d" % service, b"service", b"consul")) + b"\0"
            s.sendto(b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0" + labels + b"\0\x01\0\x01", (HOST, server.dns))
            if s.recv(4096)[:2] != b"\x12\x34":
                raise AssertionError("a stray DNS answer")


def first_right_answer(server):
    """Seconds from the start of the process until a service of the big catalog is answered in full, HTTP and DNS."""
    started = time.monotonic()
    server.spawn(*server.command())
    while time.monotonic() - started < 120:
        try:
            if len(json.loads(server.get("/v1/health/service/svc7?passing"))) == 100 and \
                    answers_in(server, "svc7.service.consul", "A") > 0:
                return time.monotonic() - started
        except OSError:
            pass
        time.sleep(0.005)
    raise AssertionError("no right answer in 120 s")


def bench_memory(options, table, _):
    names = ["weft"] + (["consul"] if "consul" not in servers.missing_references() else [])
    figures = {}
    for name in names:
        server = servers.weft(options.program) if name == "weft" else servers.consul()
        try:
            server.start()
            time.sleep(3)
            idle = server.rss_bytes() / 2**20
            started = time.monotonic()
            big_catalog(server)
            print("loaded %s in %.0f s" % (name, time.monotonic() - started), file=sys.stderr)
            read_every_service(server)
            time.sleep(3)
            full = server.rss_bytes() / 2**20
            server.end()
            figures[name] = (idle, full, first_right_answer(server), server.rss_bytes() / 2**20)
        finally:
            server.close()
    ours, theirs = figures["weft"], figures.get("consul", (None,) * 4)
    for label, index, limit, unit in (("RSS idle", 0, 20, "MiB"), ("RSS with 100,000 instances and checks, all read", 1, 120, "MiB"),
                                      ("restart with them to the first right answer", 2, 2, "s"),
                                      ("RSS after that restart", 3, None, "MiB")):
        table.add(label, ours[index], theirs[index], "consul", None, unit)
        if limit:
            print("  bar: at most %g %s, measured %.3g: %s" % (limit, unit, ours[index], "yes" if ours[index] <= limit else "NO"))


POLLER = r"""
import resource, select, socket, sys
port, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
by_fd, poll = {}, select.poll()
for n in range(count):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.replace("NUMBER", "%05d" % n).encode())
    by_fd[s.fileno()] = s
    poll.register(s, select.POLLIN)
print("connected", flush=True)
answered = 0
# Each line: how many answers to wait for, and for how many seconds at most.
for line in sys.stdin:
    wanted, seconds = line.split()
    while answered < int(wanted) and (ready := poll.poll(float(seconds) * 1000)):
        for fd, _ in ready:
            answered += by_fd.pop(fd).recv(65536).startswith(b"HTTP/1.1 200")
            poll.unregister(fd)
    print(answered, flush=True)
"""


class Poller:
    """Long polls that wait, all opened by a process of their own. NUMBER in the path is that of the poll."""

    def __init__(self, server, count, path):
        self.process = subprocess.Popen([sys.executable, "-c", POLLER, str(server.http), str(count), path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "connected\n"

    def answered(self, wanted, seconds):
        """How many are answered; waits for so many, but not much longer than that for the next."""
        self.process.stdin.write("%d %g\n" % (wanted, seconds))
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self):
        self.process.kill()
        self.process.wait()


def metric(server, name):
    """The sum of a family's samples."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in server.get("/metrics").decode().splitlines()
               if re.match(name + "[ {]", line))


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited %d s in vain for %s" % (seconds, what))
        time.sleep(0.05)


def index_of(server, path):
    connection = http.client.HTTPConnection(HOST, server.http)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.getheader("X-Consul-Index")
    finally:
        connection.close()


def bench_polls(options, table, _):
    """Memory of 10,000 waiting long polls, opened by a second process, and that one change wakes them all."""
    server = servers.weft(options.program)
    poller = None
    try:
        server.start()
        server.register_many("web10", 10)
        path = "/v1/health/service/web10"
        server.get(path)
        time.sleep(1)
        index = index_of(server, path)
        before = server.rss_bytes()
        poller = Poller(server, 10_000, "%s?index=%s&wait=600s" % (path, index))
        wait_for(lambda: metric(server, "weft_http_waiting_queries") == 10_000, 30, "10,000 waiting queries")
        grown = (server.rss_bytes() - before) / 2**20
        table.add("10,000 waiting long polls, growth of RSS", grown, None, "", "<= 20", "MiB")
        started = time.monotonic()
        server.put("/v1/catalog/register", {"Node": "late", "Address": "127.0.0.3",
                                            "Service": {"Service": "web10", "Port": 1}})
        answered = poller.answered(10_000, 20)
        table.add("one change answers all of them", time.monotonic() - started, None, "%d answered" % answered, None, "s")
    finally:
        if poller:
            poller.close()
        server.close()


def many_keys(server, count):
    """k/00000 and on, 64 in a transaction."""
    connection = http.client.HTTPConnection(HOST, server.http, timeout=60)
    value = base64.b64encode(b"value").decode()
    for start in range(0, count, 64):
        connection.request("PUT", "/v1/txn", json.dumps([
            {"KV": {"Verb": "set", "Key": "k/%05d" % n, "Value": value}} for n in range(start, min(start + 64, count))]))
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise AssertionError("txn: %d %r" % (response.status, body))
    connection.close()


def bench_key_polls(options, table, _):
    """15,000 long polls on one key each of 100,000: their memory, that they leave none, and whom one change wakes."""
    count, server, pollers = 15_000, servers.weft(options.program), []
    try:
        server.start()
        many_keys(server, 100_000)
        index = index_of(server, "/v1/kv/k/99999")
        time.sleep(SETTLES)
        base = server.rss_bytes()
        pollers.append(Poller(server, count - 3, "/v1/kv/k/NUMBER?index=%s&wait=600s" % index))
        pollers.append(Poller(server, 3, "/v1/kv/k/70000?index=%s&wait=600s" % index))
        wait_for(lambda: metric(server, "weft_http_waiting_queries") == count, 60, "%d waiting queries" % count)
        table.add("15,000 waiting long polls on keys, growth of RSS", (server.rss_bytes() - base) / 2**20, None, "", "<= 40",
                  "MiB")
        looked_at = metric(server, "weft_http_wakes_total")
        started = time.monotonic()
        server.put("/v1/kv/k/70000", "changed")
        answered = pollers[1].answered(3, 20)
        took = time.monotonic() - started
        others = pollers[0].answered(1, 1)
        looked_at = metric(server, "weft_http_wakes_total") - looked_at
        table.add("a change of one key among 100,000 answers its 3 watchers", took * 1000, None,
                  "%d answered, %d others, %d looked at" % (answered, others, looked_at), None, "ms")
        if (answered, others, looked_at) != (3, 0, 3):
            raise AssertionError("it woke others than its watchers")
        for poller in pollers:
            poller.close()
        wait_for(lambda: metric(server, "weft_http_connections") <= 2, 60, "the end of the connections")
        time.sleep(SETTLES)
        table.add("RSS after they have gone, to that before", server.rss_bytes() / 2**20, base / 2**20, "before", "<= 1.05",
                  "MiB")
    finally:
        for poller in pollers:
            poller.close()
        server.close()


def bench_startup(options, table, _):
    """`weft dev`: from the start of the process to the first API answer."""
    def once():
        server = servers.weft(options.program)
        server.command = lambda: [server.program, "agent", "-dev", "-config-file", os.path.join(server.folder, "config.json")]
        try:
            return server.start()
        finally:
            server.close()
    table.add("dev mode to the first answer", medians(5, {"weft": once})["weft"], None, "", "<= 0.25", "s")


PARTS = {"dns": bench_dns, "http": bench_http, "writes": bench_writes, "memory": bench_memory, "polls": bench_polls,
         "keys": bench_keys, "key_polls": bench_key_polls, "startup": bench_startup,
         "snapshot": lambda options, table, _: snapshot_bench.bench_snapshot(options, table, big_catalog),
         "cli": cli_bench.bench_cli}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--program", default=os.path.join(ROOT, "build/release/weft"))
    parser.add_argument("--seconds", type=int, default=5, help="of one measurement (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="alternations (default: %(default)s)")
    options = parser.parse_args()
    parts = options.parts or list(PARTS)
    absent = servers.missing_references()
    for name in absent:
        print("absent: %s (deploy/setup.sh --references installs it)" % name)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    table = Table()
    running = []
    try:
        if {"dns", "http", "writes", "keys"} & set(parts):
            running.append(servers.weft(options.program))
            if "consul" not in absent:
                running.append(servers.consul())
            for server in running:
                server.start()
                for size in SIZES:
                    server.register_many("web%d" % size, size)
            if "knotd" not in absent:
                running.append(Knot({"web%d" % size: size for size in SIZES}))
                running[-1].start()
        table.print_head()
        for part in parts:
            PARTS[part](options, table, running)
    finally:
        for server in running:
            server.close()


if __name__ == "__main__":
    main()
