#!/usr/bin/env python3
"""What commands say when no agent answers or it refuses: Debian's consul beside weft under the name consul, word for word.

Needs build/deps/consul/consul, which deploy/setup.sh --tests unpacks.
"""
import http.server
import os
import subprocess
import tempfile
import threading

from peers import HOST, main  # sets the path to tests/support

CONSUL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/deps/consul/consul")
DEADLINE = 20

COMMANDS = [
    ["members"],
    ["members", "-segment=x"],
    ["members", "-wan"],
    ["catalog", "nodes"],
    ["catalog", "nodes", "-service=web"],
    ["catalog", "nodes", "-node-meta=x"],
    ["catalog", "services"],
    ["catalog", "services", "-node=a"],
    ["catalog", "datacenters", "-datacenter=dc2"],
    ["kv", "get", "a"],
    ["kv", "get", "-recurse", "a"],
    ["kv", "get", "-keys", "a"],
    ["kv", "put", "a", "b"],
    ["kv", "delete", "a"],
    ["kv", "delete", "-recurse", "a"],
    ["kv", "export", "a"],
    ["kv", "import", '[{"key":"in/a","flags":7,"value":"aGk="}]'],
    ["services", "register", "-name=web", "-tagged-address=lan=10.0.0.1:80"],
    ["services", "deregister", "-id=web"],
    ["join", "10.0.0.1"],
    ["join", "-wan", "10.0.0.1"],
    ["force-leave", "a"],
    ["leave"],
    ["reload"],
    ["rtt", "a", "b"],
    ["rtt"],
    ["event"],
    ["join"],
    ["info"],
    ["rtt", "-wan", "a.dc1", "b.dc1"],
    ["maint", "-enable"],
    ["maint", "-enable", "-service=web"],
    ["maint", "-disable"],
    ["maint", "-disable", "-service=web"],
    ["keyring", "-list"],
    ["keyring", "-list-primary"],
    ["operator", "raft", "list-peers"],
    ["operator", "raft", "remove-peer", "-id=x"],
    ["operator", "autopilot", "get-config"],
    ["operator", "autopilot", "set-config", "-min-quorum=3"],
    ["snapshot", "save", "saved"],
    ["snapshot", "restore", "data"],
    ["snapshot", "restore", "missing"],
    ["snapshot", "inspect", "missing"],
    ["services", "register", "missing.json"],
    ["kv", "put", "a", "@missing"],
    ["config", "write", "entry.json"],
    ["config", "read", "-kind=service-defaults", "-name=web"],
    ["config", "list", "-kind=service-defaults"],
    ["config", "delete", "-kind=service-defaults", "-name=web"],
]
# These ask for the agent first: the address that they name is another one.
BEGINNINGS = {
    "event": (["event", "-name=x"], "Error querying Consul agent: ", "Error firing event: "),
    "rtt": (["rtt", "a"], "Unable to look up agent info: ", "Error getting coordinates: "),
    "lock": (["lock", "a", "true"], "Error querying Consul agent: ", "Lock acquisition failed: "),
    "watch": (["watch", "-type=key", "-key=a"], "Error querying Consul agent: ", None),
    "maint": (["maint"], "Error querying Consul agent: ", "Error getting checks: "),
}


class Refusing(http.server.BaseHTTPRequestHandler):
    """An agent that knows itself and fails in everything else."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        known = self.path.startswith("/v1/agent/self")
        body = b'{"Config":{"NodeName":"a","Datacenter":"dc1"},"Member":{"Tags":{}},"Stats":{}}' if known else b"it burns"
        self.send_response(200 if known else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Programs leave in the middle of an answer that they do not want."""


def said(program, words, at, folder):
    """The exit code and what stands on stderr before Consul's usage."""
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "CONSUL_HTTP_ADDR": at}
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=DEADLINE, check=False, cwd=folder,
                          stdin=subprocess.DEVNULL, env=environment)
    return done.returncode, done.stderr.split("\nUsage:")[0].rstrip("\n")


def compare(program, at):
    with tempfile.TemporaryDirectory() as folder:
        named = os.path.join(folder, "consul")
        os.symlink(os.path.abspath(program), named)
        with open(os.path.join(folder, "data"), "w", encoding="utf-8") as f:
            f.write("a snapshot, as far as the command can tell")
        with open(os.path.join(folder, "entry.json"), "w", encoding="utf-8") as f:
            f.write('{"Kind":"service-defaults","Name":"web","Protocol":"http"}')
        different = []
        for words in COMMANDS:
            wanted, got = said(CONSUL, words, at, folder), said(named, words, at, folder)
            if wanted != got:
                different.append("%s\n  wanted %r\n  got    %r" % (" ".join(words), wanted, got))
        assert not different, "\n".join(different)
        assert os.listdir(folder).count("saved") == 0 and len(os.listdir(folder)) == 3, os.listdir(folder)


def beginnings(program, at, which):
    with tempfile.TemporaryDirectory() as folder:
        named = os.path.join(folder, "consul")
        os.symlink(os.path.abspath(program), named)
        for words, *begins in BEGINNINGS.values():
            if begins[which] is None:  # it would try again and again
                continue
            code, err = said(named, words, at, folder)
            assert code == 1 and err.startswith(begins[which]), (words, code, err)


def nobody_answers(program):
    compare(program, HOST + ":1")
    beginnings(program, HOST + ":1", 0)


def the_agent_refuses(program):
    with Server((HOST, 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = "%s:%d" % (HOST, server.server_port)
        try:
            compare(program, at)
            beginnings(program, at, 1)
        finally:
            server.shutdown()


main(__doc__, [nobody_answers, the_agent_refuses])
