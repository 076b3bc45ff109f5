#!/usr/bin/env python3
"""Commands and formats that are weft's own, against an agent: WEFT_FORMAT, tables that awk can count, kv list, debug's folder."""
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.request

from peers import main  # sets the path to tests/support
from weft_agent import Agent

DEADLINE = 30


class Weft:
    def __init__(self, program, agent, folder):
        self.program, self.folder = os.path.abspath(program), folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "WEFT_HTTP_ADDR": "127.0.0.1:%d" % agent.http_port}

    def __call__(self, *words, code=0, **variables):
        done = subprocess.run([self.program, *words], capture_output=True, text=True, timeout=DEADLINE, check=False,
                              cwd=self.folder, stdin=subprocess.DEVNULL, env=dict(self.environment, **variables))
        assert done.returncode == code, (words, done)
        return done.stdout if code == 0 else done.stderr

    def read(self, path):
        with urllib.request.urlopen("http://" + self.environment["WEFT_HTTP_ADDR"] + path, timeout=DEADLINE) as answer:
            return answer.read().decode()


def data_is_json_when_a_variable_says_so(weft):
    for words in (["version"], ["rtt", "probe", "probe"], ["rtt", "-wan", "probe.dc1"], ["session", "create"],
                  ["event", "-name=x"], ["context", "list"], ["members"], ["catalog", "nodes"], ["kv", "list"], ["session", "list"],
                  ["query", "list"], ["operator", "autopilot", "get-config"], ["maint"], ["status"]):
        json.loads(weft(*words, WEFT_FORMAT="json"))
    assert json.loads(weft("rtt", "probe", "-format=json"))["To"] == "probe"
    assert "WEFT_FORMAT is table or json" in weft("members", code=2, WEFT_FORMAT="yaml")


def each_row_has_all_columns(weft):
    weft("services", "register", "-name=bare")
    weft("session", "create")
    for words in (["catalog", "services"], ["catalog", "services", "-node=probe"], ["session", "list"]):
        rows = [row.split() for row in weft(*words).splitlines()]
        assert all(len(row) == len(rows[0]) for row in rows), rows
    assert "bare -" in " ".join(weft("catalog", "services").split())


def keys_are_listed(weft):
    for key in ("a/1", "a/b/2", "c"):
        weft("kv", "put", key, "x")
    assert weft("kv", "list") == "a/\nc\n"
    assert weft("kv", "list", "a/") == "a/1\na/b/\n"
    assert weft("kv", "list", "-recurse", "a/") == "a/1\na/b/2\n"


def what_is_not_there_yet_has_a_sentence(weft):
    peer = json.loads(weft("operator", "raft", "list-peers", "-format=json"))["Servers"][0]["ID"]
    assert "-yes does it" in weft("operator", "raft", "remove-peer", "-id", peer, code=2)
    said = weft("operator", "raft", "remove-peer", "-yes", "-id", peer, code=1)
    assert said.startswith("error: cannot remove the server\ncause: the agent answered 501: Removing a server needs"), said
    assert "not in this version of weft" in weft("join", "-wan", "127.0.0.1", code=1)
    assert "segments are not supported" in weft("members", "-segment=x", code=1)
    assert "weft help keyring" in weft("keyring", "-list", code=1)


def a_word_that_is_a_file_lacks_its_at(weft):
    with open(os.path.join(weft.folder, "q.json"), "w", encoding="utf-8") as f:
        f.write("{}")
    assert "help:  `weft query write @q.json` reads" in weft("query", "write", "q.json", code=1)
    assert "help:  `weft kv import @q.json` reads" in weft("kv", "import", "q.json", code=1)


def services_of_a_bad_file_are_none(weft):
    with open(os.path.join(weft.folder, "bad.hcl"), "w", encoding="utf-8") as f:
        f.write('service { name = "a" prot = 1 }')
    said = weft("services", "register", "bad.hcl", code=1)
    assert said.startswith("error[W1004]") and "error: \n" not in said and said.endswith("code:  W2010\n"), said
    assert "code:  W2010\n" in weft("services", "register", "none.hcl", code=1)


def names_are_completed_in_time(weft):
    weft("services", "register", "-name=payments")
    weft("context", "add", "prod", "-addr=127.0.0.1:1")
    assert weft("__complete", "services", "pay") == "payments\n"
    weft("services", "register", "-name=payments", "-id=payments-7")
    assert weft("__complete", "service-ids", "pay") == "payments\npayments-7\n"
    assert weft("__complete", "nodes", "p") == "probe\n"
    assert weft("__complete", "keys", "a/") == "a/1\na/b/\n"
    assert weft("__complete", "contexts", "pr") == "prod\n"
    with socket.socket() as silent:  # takes connections and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        assert weft("__complete", "keys", "a", WEFT_HTTP_ADDR="127.0.0.1:%d" % silent.getsockname()[1]) == ""
        assert time.monotonic() - began < 2


def debug_takes_what_it_is_asked_for(weft):
    weft("debug", "-duration=2s", "-interval=1s", "-capture=metrics", "-capture=host", "-archive=false", "-output=report")
    files = sorted(os.listdir(os.path.join(weft.folder, "report")))
    assert files == sorted(["host.json", "index.json"] + [when + "-metrics." + kind for when in ("begin", "1s", "end")
                                                          for kind in ("json", "txt")]), files
    assert "pprof" in weft("debug", "-capture=pprof", code=2)
    assert "-interval is a time" in weft("debug", "-duration=1s", "-interval=2s", code=2)


def slashes_around_a_prefix_mean_nothing(weft):
    for prefix in ("s/", "/s", "s//t", "./s"):
        assert weft("lock", "-n=2", prefix, "echo done") == "done\n"
        assert weft("lock", prefix, "echo done") == "done\n"
    weft("kv", "put", "late", "x")
    weft("wait", "-for=key=/late", "-timeout=10s")
    assert json.loads(weft("watch", "-type=key", "-key=/late"))["Key"] == "late"


def a_folder_is_no_snapshot(weft):
    said = weft("snapshot", "restore", "-yes", weft.folder, code=1)
    assert "Is a directory" in said and "no answer" not in said, said


def what_is_run_can_be_reached_over_ipv6(weft):
    run = subprocess.Popen([weft.program, "run", "six", "-address=::1", "-port=9", "sleep", "30"], env=weft.environment)
    try:
        deadline = time.monotonic() + DEADLINE
        while "tcp [::1]:9: connect" not in (checks := weft.read("/v1/agent/checks")):
            assert time.monotonic() < deadline, checks
            time.sleep(0.1)
    finally:
        run.terminate()
        run.wait(DEADLINE)


def all_of_them(program):
    with Agent(program, config={"node_name": "probe"}) as agent, tempfile.TemporaryDirectory() as folder:
        weft = Weft(program, agent, folder)
        for test in (data_is_json_when_a_variable_says_so, each_row_has_all_columns, keys_are_listed,
                     what_is_not_there_yet_has_a_sentence, a_word_that_is_a_file_lacks_its_at, services_of_a_bad_file_are_none,
                     names_are_completed_in_time, debug_takes_what_it_is_asked_for, slashes_around_a_prefix_mean_nothing,
                     a_folder_is_no_snapshot, what_is_run_can_be_reached_over_ipv6):
            test(weft)
            print("      %s" % test.__name__)


def files_do_not_take_the_places_of_closed_streams(program):
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "weft")
        with open(script, "w", encoding="utf-8") as f:
            f.write('#!/bin/sh\nexec "%s" "$@" <&- >&- 2>&-\n' % os.path.abspath(program))
        os.chmod(script, 0o755)
        agent = Agent(script, dev=False)
        try:
            agent.start()
            places = [os.readlink("/proc/%d/fd/%d" % (agent.process.pid, stream)) for stream in (0, 1, 2)]
            assert places == ["/dev/null"] * 3, places
        finally:
            agent.remove()


main(__doc__, [all_of_them, files_do_not_take_the_places_of_closed_streams])
