#!/usr/bin/env python3
"""Debian's Patroni with PostgreSQL 15 elects a leader, fails over and recovers through weft, which names the leader in DNS.

PostgreSQL refuses to run as root: as root, this runs it as its package's user.
"""
import base64
import json
import os
import shutil
import signal
import time
import urllib.request

from peers import HOST, Agent, Peer, dig_in_order, free_ports, main, run, wait_until

BIN = "/usr/lib/postgresql/15/bin"
# Patroni halves ttl for its session, since Consul lets sessions live for up to twice their TTL. weft does not: here another
# leader may be elected 7 seconds after the last sign of life of one, so loop_wait + 2 * retry_timeout is at most that.
CONFIG = """
scope: pg
name: %(name)s
restapi: {listen: '%(host)s:%(api)d', connect_address: '%(host)s:%(api)d'}
consul: {host: '%(host)s:%(http)d', register_service: true, service_check_interval: 1s}
bootstrap:
  dcs:
    ttl: 14
    loop_wait: 1
    retry_timeout: 3
    primary_start_timeout: 0
    postgresql: {use_pg_rewind: true}
  initdb: [no-sync, data-checksums, {encoding: UTF8}, {locale: C}]
  pg_hba: [host all all 127.0.0.0/8 trust, host replication replicator 127.0.0.0/8 trust]
postgresql:
  listen: '%(host)s:%(port)d'
  connect_address: '%(host)s:%(port)d'
  data_dir: %(folder)s/data
  bin_dir: %(bin)s
  pgpass: %(folder)s/pgpass
  authentication:
    superuser: {username: postgres}
    replication: {username: replicator}
  basebackup: [{checkpoint: fast}, no-sync]
  parameters: {unix_socket_directories: '', shared_buffers: 16MB, fsync: false, max_connections: 20}
"""


class Database(Peer):
    """One Patroni and the PostgreSQL that it runs."""

    def __init__(self, name, agent):
        super().__init__("patroni")
        self.name, self.host = name, HOST
        self.api, self.port = free_ports(2)
        self.owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        self.file("config.yml", CONFIG % {"name": name, "host": HOST, "api": self.api, "http": agent.http_port,
                                          "port": self.port, "folder": self.folder, "bin": BIN})
        if self.owner:
            shutil.chown(self.folder, "postgres", "postgres")

    def start(self, *_):
        return super().start("config.yml", **self.owner)

    def postmaster(self):
        """The process of PostgreSQL, None if there is none."""
        try:
            with open(os.path.join(self.folder, "data/postmaster.pid"), encoding="utf-8") as f:
                process = int(f.readline())
            return process if os.readlink("/proc/%d/cwd" % process) == os.path.join(self.folder, "data") else None
        except (OSError, ValueError):
            return None

    def kill(self):
        """As when the machine loses power: both at once."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        postmaster = self.postmaster()
        if postmaster:
            os.kill(postmaster, signal.SIGKILL)
            wait_until(lambda: self.postmaster() is None, 10, "the end of PostgreSQL")

    def status(self):
        """What Patroni says of itself: role, state, timeline, who replicates from it."""
        try:
            with urllib.request.urlopen("http://%s:%d/patroni" % (HOST, self.api), timeout=2) as response:
                return json.load(response)
        except OSError:
            return {}

    def leads(self):
        status = self.status()
        return status.get("role") in ("master", "primary") and status.get("state") == "running"

    def feeds(self, follower):
        return follower.status().get("role") == "replica" and any(
            r["application_name"] == follower.name and r["state"] == "streaming" for r in self.status().get("replication", []))

    def sql(self, text):
        return run([BIN + "/psql", "-h", HOST, "-p", str(self.port), "-U", "postgres", "-X", "-q", "-t", "-A",
                    "-v", "ON_ERROR_STOP=1", "-c", text, "postgres"]).split()

    def holds(self, *rows):
        try:
            return self.sql("select id from t order by id") == list(rows)
        except AssertionError:  # it does not serve yet, or has no such table yet
            return False

    def __exit__(self, kind, value, trace):
        self.kill()
        super().__exit__(kind, value, trace)


def named_in_dns(agent, tag):
    answers = dig_in_order(agent.dns_port, tag + ".pg.service.consul", "SRV")
    return [int(line.split()[2]) for line in answers]


def leader_key(agent):
    pair, = agent.get("/v1/kv/service/pg/leader")
    return base64.b64decode(pair["Value"]).decode(), pair.get("Session")


def elects_fails_over_and_recovers(program):
    with Agent(program, dev=False, config={"session_ttl_min": "1s"}) as agent, \
            Database("one", agent) as one, Database("two", agent) as two:
        one.start()
        two.start()
        wait_until(lambda: one.leads() or two.leads(), 40, "a leader")
        leader, follower = (one, two) if one.leads() else (two, one)
        wait_until(lambda: leader.feeds(follower), 40, "a replica that replicates")
        name, session = leader_key(agent)
        assert name == leader.name and agent.get("/v1/session/info/" + session)[0]["Behavior"] == "delete"
        wait_until(lambda: (named_in_dns(agent, "primary"), named_in_dns(agent, "replica")) ==
                   ([leader.port], [follower.port]), 20, "leader and replica in DNS")
        leader.sql("create table t (id int primary key)")
        leader.sql("insert into t values (1)")

        agent.kill()
        agent.start()
        restarted = time.time()
        wait_until(lambda: min(each.status().get("dcs_last_seen", 0) for each in (one, two)) > restarted, 20,
                   "both to see weft again")
        assert leader.leads() and leader_key(agent) == (name, session), "a restart of weft changes nothing"
        leader.sql("insert into t values (2)")
        wait_until(lambda: follower.holds("1", "2"), 20, "the rows at the replica")

        leader.kill()
        wait_until(follower.leads, 40, "the replica to become the leader")
        assert leader_key(agent)[0] == follower.name
        follower.sql("insert into t values (3)")
        wait_until(lambda: named_in_dns(agent, "primary") == [follower.port], 20, "the new leader alone in DNS")

        leader.start()
        wait_until(lambda: follower.feeds(leader), 40, "the old leader to come back as a replica")
        wait_until(lambda: leader.holds("1", "2", "3"), 20, "all rows at the old leader")
        wait_until(lambda: named_in_dns(agent, "replica") == [leader.port], 20, "the old leader in DNS, as a replica")
        assert follower.leads() and follower.status()["timeline"] == 2, "and nothing else moved"


main(__doc__, [elects_fails_over_and_recovers])
