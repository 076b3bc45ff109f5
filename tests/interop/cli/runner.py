"""Runs the steps of commands.py with one program against one agent, and makes outputs comparable. Standard library only."""
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile

# What differs from run to run: ids, ports, indexes, times, keys.
NORMAL = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"^(probe\s+)[0-9a-f]{8}\b", re.M), r"\1<short id>"),
    (re.compile(r"127\.\d+\.\d+\.\d+:\d+"), "<address>"),
    (re.compile(r"127\.\d+\.\d+\.\d+"), "<host>"),
    (re.compile(r'((?:Create|Modify|Lock)Index"?:?\s*)\d+'), r"\1<index>"),
    (re.compile(r"rtt: [0-9.]+ ms"), "rtt: <time> ms"),
    (re.compile(r"^[A-Za-z0-9+/]{43}=$", re.M), "<key>"),
]


def normal(text, folder):
    text = text.replace(folder, "<folder>")
    for pattern, replacement in NORMAL:
        text = pattern.sub(replacement, text)
    # Columns are separated by blanks, how many is the terminal's business.
    return [" ".join(line.split()) for line in text.strip("\n").split("\n")] if text.strip("\n") else []


class Runner:
    """program: what to start, under its own name; http: "host:port" of the agent."""

    def __init__(self, program, http):
        self.program, self.http = program, http
        self.folder = tempfile.mkdtemp(prefix="weft-cli-")
        self.session = ""

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def put(self, path, body=None):
        host, port = self.http.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        try:
            connection.request("PUT", path, body=body)
            return connection.getresponse().read()
        finally:
            connection.close()

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CONSUL_", "WEFT_"))}
        return dict(kept, CONSUL_HTTP_ADDR=self.http, SHELL="/bin/sh", LC_ALL="C.UTF-8")

    def run(self, step):
        """The step's outcome: code, stdout and stderr as normal lines."""
        _, arguments, options = step
        if options.get("session"):
            self.session = json.loads(self.put("/v1/session/create"))["ID"]
        if "file" in options:
            name, content = options["file"]
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
                f.write(content)
        if "put" in options:
            key, value = options["put"]
            self.put("/v1/kv/" + key, value)
        filled = [a.replace("{session}", self.session).replace("{folder}", self.folder) for a in arguments]
        done = subprocess.run([self.program, *filled], input=options.get("stdin", ""), capture_output=True, text=True,
                              timeout=30, env=self.environment(), cwd=self.folder)
        compare = options.get("compare")
        if compare == "code":
            return {"code": done.returncode}
        lines = 1 if compare == "head" else None
        return {"code": done.returncode, "stdout": normal(done.stdout, self.folder)[:lines],
                "stderr": normal(done.stderr, self.folder)[:lines]}
