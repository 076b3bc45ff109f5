#!/usr/bin/env python3
"""Prometheus finds instances through dns_sd and scrapes /metrics; consul_sd's access pattern works.

Debian's Prometheus is built without consul_sd, so its requests are made here.
"""
import json
import subprocess
import threading
import time
import urllib.request

from peers import HOST, Agent, Answerer, Peer, free_ports, main, wait_until

CONFIG = """
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: weft
    static_configs: [{targets: ['%(host)s:%(http)d']}]
  - job_name: by_dns
    dns_sd_configs: [{names: ['_app._tcp.service.consul'], refresh_interval: 1s}]
"""


def blocking_access_pattern(program):
    """What consul_sd does: agent/self once, then catalog/services and health/service, blocking, stale."""
    with Agent(program) as agent:
        assert agent.get("/v1/agent/self")["Config"]["Datacenter"] == "dc1"
        status, headers, _ = agent.request("GET", "/v1/catalog/services?stale=&wait=120000ms&index=0")
        assert status == 200
        index = headers["X-Consul-Index"]
        answers = []

        def watch():
            _, h, body = agent.request("GET", "/v1/catalog/services?stale=&wait=20000ms&index=" + index, timeout=30)
            answers.append((h["X-Consul-Index"], json.loads(body)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        wait_until(lambda: waiting_queries(agent) >= 1, 5, "the query to wait")
        agent.put("/v1/agent/service/register", {"Name": "app", "Tags": ["v1"], "Port": 1})
        watcher.join(5)
        assert answers, "the watcher did not wake"
        assert int(answers[0][0]) > int(index) and answers[0][1]["app"] == ["v1"], answers
        started = time.monotonic()
        _, headers, body = agent.request("GET", "/v1/health/service/app?stale=&wait=120000ms")
        assert time.monotonic() - started < 2 and json.loads(body)[0]["Service"]["Port"] == 1
        assert headers["X-Consul-Knownleader"] == "true"


def waiting_queries(agent):
    _, _, body = agent.request("GET", "/metrics")
    return sum(float(line.rsplit(" ", 1)[1]) for line in body.decode().splitlines()
               if line.startswith("weft_http_waiting_queries"))


def promtool_accepts_the_metrics(program):
    with Agent(program) as agent:
        agent.put("/v1/agent/service/register", {"Name": "app", "Port": 1})
        status, headers, body = agent.request("GET", "/metrics")
        assert status == 200 and headers["Content-Type"].startswith("text/plain"), headers
        result = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, check=False)
        assert result.returncode == 0, (result.stdout + result.stderr).decode()[:2000]


def prometheus_finds_and_scrapes(program):
    # dns_sd asks the resolver of resolv.conf, port 53: a mount namespace of its own points it at the agent. The address is
    # one that no other resolver of this machine uses (systemd-resolved has 127.0.0.53).
    app = Answerer("app_up 1\n")
    with Agent(program, config={"addresses": {"dns": "127.53.0.53"}, "ports": {"dns": 53}}) as agent, \
            Peer("prometheus") as prometheus:
        port, = free_ports(1)
        agent.put("/v1/agent/service/register", {"ID": "app-1", "Name": "app", "Address": HOST, "Port": app.port})
        resolv = prometheus.file("resolv.conf", "nameserver 127.53.0.53\n")
        config = prometheus.file("prometheus.yml", CONFIG % {"host": HOST, "http": agent.http_port})
        command = ("mount --bind %s $(readlink -f /etc/resolv.conf) && exec %s --config.file=%s --storage.tsdb.path=%s/data "
                   "--web.listen-address=%s:%d" % (resolv, prometheus.path, config, prometheus.folder, HOST, port))
        prometheus.path = "/usr/bin/unshare"
        prometheus.start("--mount", "sh", "-c", command)

        def targets():
            try:
                with urllib.request.urlopen("http://%s:%d/api/v1/targets" % (HOST, port), timeout=5) as response:
                    active = json.load(response)["data"]["activeTargets"]
            except OSError:
                return {}
            return {t["labels"]["job"]: t for t in active if t["health"] == "up"}
        up = wait_until(lambda: (lambda t: t if len(t) == 2 else None)(targets()), 40, "both jobs up")
        assert up["by_dns"]["labels"]["instance"].endswith(":%d" % app.port), up["by_dns"]["labels"]
        agent.put("/v1/agent/service/deregister/app-1")
        wait_until(lambda: set(targets()) == {"weft"}, 40, "the service to leave")
    app.close()


main(__doc__, [blocking_access_pattern, promtool_accepts_the_metrics, prometheus_finds_and_scrapes])
