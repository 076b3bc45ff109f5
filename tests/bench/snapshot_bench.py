"""Snapshots of the big catalog: how long saving and restoring take, and what they do to writes meanwhile."""
import http.client
import threading
import time

import servers
from servers import HOST


class SlowestWrite(threading.Thread):
    """Sets one key after the other and keeps the longest that one took."""

    def __init__(self, server):
        super().__init__()
        self.server, self.stopping, self.writes, self.longest = server, False, 0, 0.0

    def run(self):
        connection = http.client.HTTPConnection(HOST, self.server.http, timeout=60)
        while not self.stopping:
            began = time.monotonic()
            connection.request("PUT", "/v1/kv/bench/%d" % (self.writes % 100), b"x")
            if connection.getresponse().read() != b"true":
                raise AssertionError("a write was refused")
            self.longest = max(self.longest, time.monotonic() - began)
            self.writes += 1
            time.sleep(0.001)

    def __enter__(self):
        self.start()
        time.sleep(0.5)
        self.longest = 0.0
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.join()


def request(server, method, body=None):
    """(seconds, body)"""
    connection = http.client.HTTPConnection(HOST, server.http, timeout=120)
    began = time.monotonic()
    connection.request(method, "/v1/snapshot", body)
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise AssertionError("%s /v1/snapshot: %d %r" % (method, response.status, answer[:300]))
    return time.monotonic() - began, answer


def bench_snapshot(options, table, big_catalog):
    server = servers.weft(options.program)
    try:
        server.start()
        big_catalog(server)
        with SlowestWrite(server) as quiet:
            time.sleep(2)
        saves, waits = [], []
        for _ in range(options.rounds):
            with SlowestWrite(server) as writer:
                seconds, file = request(server, "GET")
            saves.append(seconds)
            waits.append(writer.longest)
        saves.sort()
        waits.sort()
        table.add("snapshot of 100,000 instances and checks (%.1f MiB)" % (len(file) / 2**20), saves[len(saves) // 2], None, "",
                  "<= 1", "s")
        table.add("slowest write meanwhile", waits[len(waits) // 2] * 1000, None,
                  "%.3g without" % (quiet.longest * 1000), "<= 20", "ms")
        with SlowestWrite(server) as writer:
            seconds, _ = request(server, "PUT", file)
        table.add("restoring it", seconds, None, "", "<= 3", "s")
        table.add("slowest write meanwhile", writer.longest * 1000, None, "", None, "ms")
    finally:
        server.close()
