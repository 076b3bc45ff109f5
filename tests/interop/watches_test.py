#!/usr/bin/env python3
"""The watches of the configuration: programs and URLs that changes are handed to, over reloads and to the end."""
import http.server
import json
import os
import signal
import stat
import threading
import time

from peers import main  # sets the path to tests/support
from weft_agent import Agent, wait_until


class Handler:
    """A program that writes what it is given into a folder, one file a run."""

    def __init__(self, folder, name, end="exit 0"):
        self.out = os.path.join(folder, name)
        os.mkdir(self.out)
        self.path = self.out + ".sh"
        with open(self.path, "w", encoding="utf-8") as f:
            f.write('#!/bin/sh\ncat >%s/new && echo "$CONSUL_INDEX $*" >>%s/new && mv %s/new %s/$(date +%%s%%N)\n%s\n' % (
                (self.out,) * 4 + (end,)))
        os.chmod(self.path, stat.S_IRWXU)

    def runs(self):
        """Of each run the JSON and the index and arguments."""
        found = []
        for name in sorted(name for name in os.listdir(self.out) if name != "new"):
            with open(os.path.join(self.out, name), encoding="utf-8") as f:
                data, rest = f.read().splitlines()
            found.append((json.loads(data), rest.split()))
        return found

    def wait(self, count):
        wait_until(lambda: len(self.runs()) >= count, what="%d runs of %s" % (count, self.path))
        assert len(self.runs()) == count, self.runs()
        return self.runs()[-1]


class Receiver:
    """An HTTP server that keeps what it is sent."""

    def __init__(self):
        self.got = got = []

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append((self.path, dict(self.headers), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def reload(agent, watches):
    agent.settings["watches"] = watches
    agent.write_config(agent.settings)
    status, _, body = agent.request("PUT", "/v1/agent/reload")
    assert status == 200, body


def put(agent, key, value):
    assert agent.request("PUT", "/v1/kv/" + key, value)[0] == 200


def register(agent, name):
    assert agent.request("PUT", "/v1/agent/service/register", {"Name": name})[0] == 200


def changes_are_handed_to_programs(program):
    with_folder = Agent(program)
    key, services = Handler(with_folder.folder, "key"), Handler(with_folder.folder, "services")
    with_folder.settings["watches"] = [{"type": "key", "key": "a/b", "args": [key.path, "one", "two words"]},
                                       {"type": "services", "handler": services.path + " by the shell 2>&1"}]
    with_folder.write_config(with_folder.settings)
    with with_folder as agent:
        data, words = key.wait(1)
        assert data is None and words[1:] == ["one", "two", "words"], (data, words)
        data, _ = services.wait(1)
        assert data == {"consul": []}, data
        put(agent, "a/b", "v")
        data, words = key.wait(2)
        assert data["Key"] == "a/b" and data["Value"] == "dg==" and words[0] == str(data["ModifyIndex"]), (data, words)
        put(agent, "a/c", "v")
        register(agent, "web")
        data, words = services.wait(2)
        assert data == {"consul": [], "web": []} and words[1:] == ["by", "the", "shell"], (data, words)
        assert len(key.runs()) == 2, key.runs()


def changes_are_sent_to_urls(program):
    receiver = Receiver()
    watch = {"type": "service", "service": "web", "tag": "a", "handler_type": "http",
             "http_handler_config": {"path": receiver.url, "method": "PUT", "timeout": "5s", "header": {"X-Mine": ["1"]}}}
    with Agent(program, config={"watches": [watch]}) as agent:
        wait_until(lambda: len(receiver.got) == 1, what="the first result")
        assert agent.request("PUT", "/v1/agent/service/register", {"Name": "web", "Tags": ["a"], "Port": 80})[0] == 200
        wait_until(lambda: len(receiver.got) == 2, what="the registration")
        path, headers, body = receiver.got[1]
        assert path == "/hook" and headers["X-Mine"] == "1" and headers["Content-Type"] == "application/json", headers
        assert int(headers["X-Consul-Index"]) > 1 and body[0]["Service"]["Port"] == 80, (headers, body)


def a_reload_starts_and_ends_them(program):
    with Agent(program) as agent:
        stays, goes, comes = (Handler(agent.folder, name) for name in ("stays", "goes", "comes"))
        watches = [{"type": "key", "key": "a", "args": [handler.path]} for handler in (stays, goes)]
        reload(agent, watches)
        stays.wait(1)
        goes.wait(1)
        reload(agent, [watches[0], {"type": "key", "key": "a", "args": [comes.path]}])
        comes.wait(1)
        put(agent, "a", "1")
        comes.wait(2)
        stays.wait(2)
        assert len(goes.runs()) == 1, goes.runs()
        reload(agent, [])
        put(agent, "a", "2")
        put(agent, "b", "2")
        assert len(stays.runs()) == 2, stays.runs()
        agent.settings["watches"] = [{"type": "nothing", "args": ["x"]}]
        agent.write_config(agent.settings)
        status, _, body = agent.request("PUT", "/v1/agent/reload")
        assert status == 500 and b"Unsupported watch type: nothing" in body, (status, body)


def a_handler_that_fails_is_run_again(program):
    with Agent(program) as agent:
        fails = Handler(agent.folder, "fails", "echo no; exit 3")
        reload(agent, [{"type": "key", "key": "a", "args": [fails.path]}, {"type": "key", "key": "a", "args": ["/no/such"]},
                       {"type": "key", "key": "a", "handler_type": "http", "http_handler_config": {"path": "http://me:hidden@127.0.0.1:1/"}}])
        fails.wait(1)
        put(agent, "a", "1")
        fails.wait(2)
        for words in ("status=3", "no such file", "connection refused"):
            wait_until(lambda: words in agent.log(), what="in the log: " + words)
        assert "hidden" not in agent.log(), agent.log()


def the_agent_ends_with_its_handlers(program):
    with Agent(program) as agent:
        # Nobody waits for it: it is to be ended by the agent, and ends by itself should this test die.
        sleeps = Handler(agent.folder, "sleeps", "echo $$ >%s/pid; exec sleep 60" % agent.folder)
        reload(agent, [{"type": "nodes", "args": [sleeps.path]}])
        sleeps.wait(1)
        wait_until(lambda: os.path.exists(agent.folder + "/pid"), what="the handler")
        with open(agent.folder + "/pid", encoding="utf-8") as f:
            pid = int(f.read())
        began = time.monotonic()
        agent.stop()
        assert time.monotonic() - began < 5
        try:
            os.kill(pid, 0)
            raise AssertionError("the handler still runs")
        except ProcessLookupError:
            pass
        assert "watch failed" not in agent.log(), agent.log()


def they_ask_unix_sockets_too(program):
    with_folder = Agent(program, args=["-hcl", "ports { https = -1 }"])
    handler = Handler(with_folder.folder, "nodes")
    with_folder.settings["addresses"] = {"http": "unix://%s/http.sock 127.0.0.1" % with_folder.folder}
    with_folder.settings["watches"] = [{"type": "nodes", "args": [handler.path]}]
    with_folder.write_config(with_folder.settings)
    with with_folder:
        data, _ = handler.wait(1)
        assert data[0]["Node"] == "node1", data


signal.signal(signal.SIGPIPE, signal.SIG_IGN)
main(__doc__, [changes_are_handed_to_programs, changes_are_sent_to_urls, a_reload_starts_and_ends_them,
               a_handler_that_fails_is_run_again, the_agent_ends_with_its_handlers, they_ask_unix_sockets_too])
