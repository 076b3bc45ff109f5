#!/usr/bin/env python3
"""Each code that a command prints: here is how people come to see it, and `weft help CODE` explains it."""
import http.server
import os
import subprocess
import tempfile
import threading

from peers import main  # sets the path to tests/support
from weft_agent import Agent

DEADLINE = 20


def environment(at):
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "WEFT_HTTP_ADDR": at}


def command(program, *words, at):
    done = subprocess.run([os.path.abspath(program), *words], capture_output=True, text=True, timeout=DEADLINE,
                          check=False, env=environment(at))
    return done.returncode, done.stderr


class WithoutLeader(http.server.BaseHTTPRequestHandler):
    """An agent whose servers have lost their majority, as far as a command can tell."""

    def do_GET(self):  # noqa: N802 (the library's name)
        body = b"No cluster leader"
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def pages(program):
    """The codes that have a page, from W2000 on: the program is asked for each."""
    found = set()
    for number in range(2000, 2030):
        code = "W%d" % number
        out = subprocess.run([program, "help", code], capture_output=True, text=True, timeout=DEADLINE, check=False).stdout
        shown = subprocess.run([program, "help", code], capture_output=True, text=True, timeout=DEADLINE, check=False)
        out = shown.stdout
        assert shown.returncode == (0 if out else 1), shown
        if out:
            assert out.startswith(code + ": ") and out.count("\n") > 2, out
            found.add(code)
    return found


def each_code_is_seen_and_has_a_page(program):
    seen = set()

    def gives(code, exit_code, *words, at):
        got, err = command(program, *words, at=at)
        assert got == exit_code and ("code:  %s\n" % code) in err and err.startswith("error: "), (words, got, err)
        seen.add(code)

    with tempfile.NamedTemporaryFile() as large, Agent(program) as agent:
        at = "127.0.0.1:%d" % agent.http_port
        large.write(b"x" * 600 * 1024)
        large.flush()
        gives("W2001", 3, "kv", "get", "a", at="127.0.0.1:1")
        gives("W2002", 1, "kv", "put", "a", "@" + large.name, at=at)
        gives("W2004", 5, "session", "renew", "7c2ae2d8-5a13-4e5c-9d4a-2f4a2b4b7d11", at=at)
        agent.put("/v1/kv/a", "1")
        gives("W2005", 1, "kv", "put", "-cas", "-modify-index=1", "a", "2", at=at)
        gives("W2007", 7, "wait", "-for=service=none", "-timeout=100ms", at=at)
        gives("W2009", 1, "run", "app", "/no/such/program", at=at)
        gives("W2010", 1, "kv", "put", "a", "@/no/such/file", at=at)
        lock = subprocess.Popen([os.path.abspath(program), "lock", "jobs", "echo held; exec sleep 30"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(at))
        assert lock.stdout.readline() == "held\n"
        agent.put("/v1/session/destroy/" + agent.get("/v1/kv/jobs/.lock")[0]["Session"])
        _, err = lock.communicate(timeout=DEADLINE)
        assert lock.returncode == 1 and "code:  W2008\n" in err, (lock.returncode, err)
        seen.add("W2008")
    with Agent(program, config={"http_config": {"allow_write_http_from": ["192.0.2.0/24"]}}) as agent:
        gives("W2003", 4, "kv", "put", "a", "1", at="127.0.0.1:%d" % agent.http_port)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), WithoutLeader) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        gives("W2006", 6, "kv", "get", "a", at="127.0.0.1:%d" % server.server_port)
        server.shutdown()
    assert pages(os.path.abspath(program)) == seen, (pages(program), seen)


main(__doc__, [each_code_is_seen_and_has_a_page])
