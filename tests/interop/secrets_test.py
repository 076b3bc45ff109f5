#!/usr/bin/env python3
"""Canaries in every secret of the configuration, taken from the key table so that a new one cannot be forgotten, in tokens
of definitions and of requests: none comes up in logs at trace level, answers of the API, messages, or what `weft debug`
collects."""
import base64
import json
import os
import subprocess
import tarfile

from peers import main  # sets the path to tests/support
from weft_agent import Agent

GOSSIP_KEY = b"canary-of-the-gossip-key-0123456"  # 32 bytes
# GET /v1/operator/keyring is left out: it lists the gossip's keys, as Consul's does, for `weft keyring -list`.
READS = ["/v1/agent/self", "/v1/agent/host", "/v1/agent/members", "/v1/agent/services", "/v1/agent/checks",
         "/v1/agent/service/web", "/v1/agent/metrics", "/metrics", "/v1/catalog/nodes", "/v1/catalog/services",
         "/v1/catalog/service/web", "/v1/catalog/node/node1", "/v1/health/service/web", "/v1/health/node/node1",
         "/v1/health/state/any", "/v1/coordinate/nodes", "/v1/operator/raft/configuration",
         "/v1/operator/autopilot/configuration", "/v1/internal/ui/nodes", "/v1/internal/ui/node/node1",
         "/v1/internal/ui/services", "/v1/event/list", "/v1/session/list", "/v1/kv/?recurse", "/v1/acl/tokens",
         "/v1/status/leader", "/v1/nonexistent"]


def run(program, *words, expect=None, **more):
    done = subprocess.run([program, *words], capture_output=True, timeout=60, check=False, **more)
    if expect is not None and done.returncode != expect:
        raise AssertionError("weft %s ended with %d: %s" % (" ".join(words), done.returncode, done.stderr[-500:]))
    return done


def secret_keys(program):
    """Paths of the keys that the schema marks as writeOnly, with whether they are texts."""
    found = {}

    def walk(schema, path):
        for name, below in schema.get("properties", {}).items():
            own = path + [name]
            if below.get("writeOnly"):
                found[".".join(own)] = below.get("type") == "string"
            walk(below, own)

    walk(json.loads(run(program, "config", "schema", expect=0).stdout), [])
    assert "encrypt" in found and "acl.tokens.default" in found and len(found) > 10, found
    return found


def put(config, path, value):
    *sections, name = path.split(".")
    for section in sections:
        config = config.setdefault(section, {})
    config[name] = value


class Canaries:
    def __init__(self):
        self.planted = {}

    def plant(self, name):
        value = "canary-%s-%s" % (name.replace(".", "-").replace(" ", "-"), os.urandom(6).hex())
        self.planted[name] = [value.encode()]
        return value

    def plant_gossip_key(self):
        text = base64.b64encode(GOSSIP_KEY)
        self.planted["encrypt"] = [text, GOSSIP_KEY, GOSSIP_KEY.hex().encode()]
        return text.decode()

    def hunt(self, where, data):
        for name, values in self.planted.items():
            for value in values:
                if value in data:
                    at = data.index(value)
                    raise AssertionError("%s shows the secret of %s: ..%r.." % (where, name, data[max(0, at - 80):at + 80]))


def config_with(program, canaries):
    """A configuration with a canary in each secret that an agent accepts; the others must not show in its refusal."""
    config = {}
    for key, is_text in secret_keys(program).items():
        if key == "encrypt":
            value = canaries.plant_gossip_key()
        else:
            value = canaries.plant(key)
        put(config, key, value if is_text else [{"accessor_id": "x", "secret_id": value}])
    refused = 0
    while True:
        text = json.dumps(config).encode()
        done = run(program, "validate", "-format=json", "-data-dir", "/nonexistent/weft", "-", input=text)
        canaries.hunt("weft validate -format=json", done.stdout + done.stderr)
        plain = run(program, "validate", "-data-dir", "/nonexistent/weft", "-", input=text)
        canaries.hunt("weft validate", plain.stdout + plain.stderr)
        errors = [row for row in json.loads(done.stdout)["Diagnostics"] if row["Severity"] == "error"]
        if not errors:
            return config
        refused += 1
        assert refused < 20, errors
        for row in errors:
            key = row["Message"].split("`")[1]
            sections = key.split(".")
            below = config
            for section in sections[:-1]:
                below = below[section]
            del below[sections[-1]]


def use_the_api(agent, canaries):
    token = canaries.plant("request header")
    headers = {"X-Consul-Token": token}
    agent.put("/v1/agent/service/register?token=" + canaries.plant("request parameter"),
              {"Name": "api", "Token": canaries.plant("registered service"), "Port": 1,
               "Check": {"TTL": "60s"}})
    agent.put("/v1/agent/check/register", {"Name": "memory", "TTL": "60s", "Token": canaries.plant("registered check")},
              headers=headers)
    agent.put("/v1/agent/check/pass/memory", headers=headers)
    for name in ("default", "agent", "replication"):
        agent.request("PUT", "/v1/agent/token/" + name, {"Token": canaries.plant("set token " + name)}, headers=headers)
    agent.request("PUT", "/v1/agent/check/register", '{"Name": "broken", "Token": "%s"' % canaries.plant("broken body"),
                  headers=headers)
    for path in READS:
        for query in ("", ("&" if "?" in path else "?") + "token=" + token):
            status, answer_headers, body = agent.request("GET", path + query, headers=headers)
            canaries.hunt("GET " + path, body + repr(answer_headers).encode())
            assert status in (200, 400, 401, 403, 404, 500), (path, status)


def no_canary_comes_up(program):
    program = os.path.abspath(program)
    canaries = Canaries()
    config = config_with(program, canaries)
    config["log_level"] = "trace"
    config["services"] = [{"name": "web", "port": 80, "token": canaries.plant("service"),
                           "checks": [{"ttl": "60s", "token": canaries.plant("check")}]}]
    config["watches"] = [{"type": "nodes", "token": canaries.plant("watch"), "args": ["/bin/false"]}]
    with Agent(program, dev=False, config=config) as agent:
        log_file = os.path.join(agent.folder, "agent.log")
        agent.settings["log_file"] = log_file
        agent.write_config(agent.settings)
        agent.stop()
        agent.start()
        address = "127.0.0.1:%d" % agent.http_port
        use_the_api(agent, canaries)
        agent.put("/v1/agent/reload")
        archive = os.path.join(agent.folder, "debug")
        own_token = canaries.plant("command's token")
        for words in (["config", "show", "-effective", "-origin"], ["config", "show", "-format=json"], ["members"], ["status"],
                      ["debug", "-duration=2s", "-output", archive]):
            done = run(program, *words, "-http-addr", address, "-token", own_token, expect=0)
            canaries.hunt("weft " + " ".join(words), done.stdout + done.stderr)
        for words in (["config", "show", "-effective", "-origin", agent.config_path],
                      ["config", "migrate", agent.config_path], ["config", "diff", agent.config_path, agent.config_path]):
            done = run(program, *words, "-data-dir", agent.data_dir) if words[1] != "migrate" else run(program, *words)
            canaries.hunt("weft " + " ".join(words), done.stdout + done.stderr)
        with tarfile.open(archive + ".tar.gz") as tar:
            names = [member.name.split("/")[-1] for member in tar.getmembers()]
            for wanted in ("index.json", "agent.json", "members.json", "agent.log", "begin-metrics.txt", "end-metrics.json"):
                assert wanted in names, names
            for member in tar.getmembers():
                canaries.hunt("the archive's " + member.name, tar.extractfile(member).read())
        canaries.hunt("the log", agent.log().encode())
        logs = [name for name in os.listdir(agent.folder) if name.startswith("agent")]
        assert logs, os.listdir(agent.folder)
        for name in logs:
            with open(os.path.join(agent.folder, name), "rb") as f:
                canaries.hunt("the log file", f.read())
        assert len(canaries.planted) > 25, sorted(canaries.planted)


main(__doc__, [no_canary_comes_up])
