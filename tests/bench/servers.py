"""The programs that are measured: weft and its references, each in a temporary folder on free loopback ports."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/support"))
from weft_agent import HOST, free_ports  # noqa: E402

CONSUL = os.path.join(ROOT, "build/deps/consul/consul")
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A process whose CPU time and memory are read from /proc."""

    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="weft-bench-")
        os.chmod(self.folder, 0o755)
        self.process = None

    def spawn(self, *command):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_bytes(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def end(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def close(self):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fail(self, what):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as f:
            raise AssertionError("%s: %s\n%s" % (self.name, what, f.read()[-2000:]))


class AgentServer(Server):
    """weft or consul as a single durable server, quiet logs, the same configuration for both."""

    def __init__(self, name, program, arguments=()):
        super().__init__(name)
        self.program, self.arguments = program, list(arguments)
        self.http, self.dns, server, serf, wan = free_ports(5)
        settings = {"node_name": "bench", "bind_addr": HOST, "log_level": "err",
                    "ports": {"http": self.http, "dns": self.dns, "server": server, "serf_lan": serf, "serf_wan": wan,
                              "grpc": -1},
                    "limits": {"http_max_conns_per_client": 18000}}
        if name == "consul":
            # Its default of 5 makes it lose seconds at the start; gossip of a single server costs nothing here.
            settings["performance"] = {"raft_multiplier": 1}
        with open(os.path.join(self.folder, "config.json"), "w", encoding="utf-8") as f:
            json.dump(settings, f)

    def command(self):
        return [self.program, "agent", "-server", "-bootstrap", "-data-dir", os.path.join(self.folder, "data"),
                "-config-file", os.path.join(self.folder, "config.json"), *self.arguments]

    def start(self, seconds=120):
        """Returns the seconds from the start of the process to the first answer that names a leader."""
        started = time.monotonic()
        self.spawn(*self.command())
        while True:
            if self.process.poll() is not None:
                self.fail("ended with %s" % self.process.returncode)
            try:
                if len(self.get("/v1/status/leader")) > 2:
                    return time.monotonic() - started
            except OSError:
                pass
            if time.monotonic() - started > seconds:
                self.fail("not ready in %d s" % seconds)
            time.sleep(0.002)

    def url(self, path):
        return "http://%s:%d%s" % (HOST, self.http, path)

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url(path), timeout=60) as response:
                return response.read()
        except urllib.error.HTTPError as e:
            raise OSError(str(e)) from e

    def put(self, path, body):
        request = urllib.request.Request(self.url(path), method="PUT", data=json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()

    def register_many(self, service, count):
        for n in range(count):
            node = "node-%s-%d" % (service, n)
            self.put("/v1/catalog/register", {
                "Node": node, "Address": address_of(n),
                "Service": {"ID": "%s-%d" % (service, n), "Service": service, "Address": address_of(n), "Port": 8000 + n,
                            "Tags": ["v1", "bench"]},
                "Checks": [{"Node": node, "CheckID": "service:%s-%d" % (service, n), "Name": "check", "Status": "passing",
                            "ServiceID": "%s-%d" % (service, n), "Output": "HTTP GET: 200 OK"}]})


class HttpFloor(Server):
    """What recv() and send() of one answer cost; http_floor beside the program that is measured."""

    def __init__(self, program, answer):
        super().__init__("floor")
        self.http, = free_ports(1)
        path = os.path.join(self.folder, "answer")
        with open(path, "wb") as f:
            f.write(answer)
        self.spawn(os.path.join(os.path.dirname(os.path.abspath(program)), "tests/bench/http_floor"), str(self.http), path)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection((HOST, self.http), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.fail("does not listen")
                time.sleep(0.01)

    def url(self, path):
        return "http://%s:%d%s" % (HOST, self.http, path)


def raw_answer(server, path):
    """The bytes of one answer that keeps the connection, headers and all."""
    with socket.create_connection((HOST, server.http), timeout=10) as s:
        s.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, HOST)).encode())
        answer = b""
        while True:
            answer += s.recv(65536)
            head, separator, body = answer.partition(b"\r\n\r\n")
            length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
            if separator and len(body) >= length[0]:
                return answer


def weft(program):
    return AgentServer("weft", os.path.abspath(program))


def consul():
    return AgentServer("consul", CONSUL)


def address_of(n):
    return "127.%d.%d.%d" % (1 + n // 40000, n // 200 % 200, n % 200 + 1)


class Knot(Server):
    """knotd with a static zone that holds the same A and SRV records."""

    def __init__(self, services):
        super().__init__("knotd")
        self.dns, = free_ports(1)
        lines = ["$ORIGIN consul.", "@ 0 SOA ns hostmaster 1 3600 600 86400 0", "@ 0 NS ns", "ns 0 A 127.0.0.1"]
        for service, count in services.items():
            for n in range(count):
                target = "n%d.%s.node" % (n, service)
                lines.append("%s.service 0 A %s" % (service, address_of(n)))
                lines.append("%s.service 0 SRV 1 1 %d %s" % (service, 8000 + n, target))
                lines.append("%s 0 A %s" % (target, address_of(n)))
        with open(os.path.join(self.folder, "consul.zone"), "w", encoding="ascii") as f:
            f.write("\n".join(lines) + "\n")
        with open(os.path.join(self.folder, "knot.conf"), "w", encoding="ascii") as f:
            f.write("server:\n  rundir: %(f)s\n  listen: %(h)s@%(p)d\n  udp-workers: 2\n  tcp-workers: 1\n"
                    "  background-workers: 1\n  udp-max-payload: 4096\n  answer-rotation: on\n"
                    "database:\n  storage: %(f)s/db\n  timer-db-max-size: 4M\n  journal-db-max-size: 4M\n"
                    "zone:\n  - domain: consul\n    file: %(f)s/consul.zone\n    journal-content: none\n"
                    "    zonefile-sync: -1\n" % {"f": self.folder, "h": HOST, "p": self.dns})

    def start(self):
        self.spawn(shutil.which("knotd") or "/usr/sbin/knotd", "-c", os.path.join(self.folder, "knot.conf"))
        deadline = time.monotonic() + 20
        while subprocess.run(["dig", "@" + HOST, "-p", str(self.dns), "consul", "SOA", "+short", "+time=1", "+tries=1"],
                             capture_output=True, check=False).stdout.count(b"hostmaster") == 0:
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.fail("does not answer")
            time.sleep(0.05)


def missing_references():
    """Names of the reference programs that are absent: their rows are left out and said so."""
    absent = [name for name in ("knotd", "dnsperf", "wrk") if not (shutil.which(name) or os.path.exists("/usr/sbin/" + name))]
    if not os.access(CONSUL, os.X_OK):
        absent.append("consul")
    return absent


def can_connect(port):
    with socket.socket() as s:
        return s.connect_ex((HOST, port)) == 0
