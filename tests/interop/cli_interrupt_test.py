#!/usr/bin/env python3
"""Ctrl-C while a command changes something: it says what was done and what was not, ends with 130, leaves no files behind."""
import http.server
import json
import os
import signal
import subprocess
import tempfile
import threading

from peers import HOST, main, wait_until  # sets the path to tests/support

DEADLINE = 20


class Hanging(http.server.BaseHTTPRequestHandler):
    """An agent that takes two keys, sends half a snapshot, reads a little of another one, and then does nothing more."""

    protocol_version = "HTTP/1.1"

    def hang(self):
        self.server.hangs.set()
        self.server.released.wait(DEADLINE)
        self.close_connection = True

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):  # noqa: N802 (the library's name)
        if not self.path.startswith("/v1/snapshot"):
            return self.answer(b'["a/1","a/2"]')
        self.send_response(200)
        self.send_header("Content-Length", str(2 << 20))
        self.end_headers()
        self.wfile.write(b"x" * (1 << 20))
        return self.hang()

    def do_PUT(self):  # noqa: N802
        if self.path.startswith("/v1/snapshot"):
            self.rfile.read(1 << 16)
            return self.hang()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.keys += 1
        return self.answer(b"true") if self.server.keys <= 2 else self.hang()

    def do_DELETE(self):  # noqa: N802
        self.hang()

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    def __init__(self):
        super().__init__((HOST, 0), Hanging)
        self.hangs, self.released, self.keys = threading.Event(), threading.Event(), 0

    def handle_error(self, request, client_address):
        """Programs leave in the middle of what they asked for."""


def as_typed():
    """Whoever runs the tests in the background has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(program, folder, *words, wait_for=b""):
    """The standard error of a command that was interrupted once the agent hangs and wait_for was said."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "WEFT_HTTP_ADDR": "%s:%d" % (HOST, server.server_port)}
        log = os.path.join(folder, "stderr")
        with open(log, "wb") as err:
            process = subprocess.Popen([os.path.abspath(program), *words], stdout=subprocess.PIPE, stderr=err, cwd=folder,
                                       stdin=subprocess.DEVNULL, env=environment, preexec_fn=as_typed)
        try:
            assert server.hangs.wait(DEADLINE), "the agent was not asked"

            def said():
                with open(log, "rb") as f:
                    return wait_for in f.read()

            wait_until(said, DEADLINE, "the line of the progress")
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=DEADLINE)
        finally:
            process.kill()
            server.released.set()
            server.shutdown()
    with open(log, encoding="utf-8") as f:
        err = f.read()
    os.remove(log)
    assert process.returncode == 130, (process.returncode, out, err)
    return err


def an_import_counts_its_keys(program):
    with tempfile.TemporaryDirectory() as folder:
        keys = [{"key": "in/%d" % i, "flags": 0, "value": ""} for i in range(5)]
        err = interrupted(program, folder, "kv", "import", json.dumps(keys))
        assert err.startswith("error: interrupted\ncause: 2 of 5 keys were written; whether in/2 was is not known\n"), err


def a_deletion_may_have_happened(program):
    with tempfile.TemporaryDirectory() as folder:
        err = interrupted(program, folder, "kv", "delete", "-recurse", "-yes", "a/")
        assert "whether it did is not known" in err and "weft kv get -keys a/" in err, err


def half_a_snapshot_is_none(program):
    with tempfile.TemporaryDirectory() as folder:
        err = interrupted(program, folder, "snapshot", "save", "b.snap", wait_for=b"saving b.snap\n")
        assert err == "saving b.snap\nerror: interrupted\ncause: the snapshot was not saved, b.snap is as it was\n", err
        assert os.listdir(folder) == [], os.listdir(folder)


def half_a_restore_is_none(program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "b.snap")
        with open(path, "wb") as f:
            f.truncate(64 << 20)
        # It is no snapshot, which only the question would find out.
        err = interrupted(program, folder, "snapshot", "restore", "-yes", "b.snap", wait_for=b"restoring b.snap\n")
        assert "cause: nothing was restored: not all of the snapshot was sent\n" in err, err
        assert os.listdir(folder) == ["b.snap"], os.listdir(folder)


main(__doc__, [an_import_counts_its_keys, a_deletion_may_have_happened, half_a_snapshot_is_none, half_a_restore_is_none])
