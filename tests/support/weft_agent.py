"""Starts real weft agents on free loopback ports for the tests that need processes. Standard library only."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HOST = "127.0.0.1"


def free_ports(count):
    """Ports that were free a moment ago; all held together so that they differ."""
    held = []
    for _ in range(count):
        s = socket.socket()
        s.bind((HOST, 0))
        held.append(s)
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def wait_until(condition, seconds=10.0, what="condition"):
    """Polls until condition() is true; the deadline is an error that names what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("waited %.0f s in vain for: %s" % (seconds, what))
        time.sleep(0.01)


class Agent:
    """One agent process. Use as a context manager, or end with remove(); stop() and kill() leave the folder in place."""

    def __init__(self, program, dev=True, config=None, args=(), data_dir=None):
        self.program = os.path.abspath(program)
        self.folder = tempfile.mkdtemp(prefix="weft-test-")
        self.data_dir = data_dir or os.path.join(self.folder, "data")
        self.dev, self.args, self.process = dev, list(args), None
        self.http_port, self.dns_port, server, serf = free_ports(4)
        settings = {"node_name": "node1", "bind_addr": HOST, "log_level": "info",
                    "ports": {"http": self.http_port, "dns": self.dns_port, "server": server, "serf_lan": serf}}
        for key, value in (config or {}).items():
            if isinstance(value, dict):
                settings.setdefault(key, {}).update(value)
            else:
                settings[key] = value
        self.config_path = os.path.join(self.folder, "config.json")
        self.write_config(settings)

    def write_config(self, settings):
        self.settings = settings
        with open(self.config_path, "w", encoding="utf-8") as f:
            json.dump(settings, f)

    @property
    def log_path(self):
        return os.path.join(self.folder, "log")

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def start(self, seconds=15.0):
        mode = ["-dev"] if self.dev else ["-server", "-bootstrap", "-data-dir", self.data_dir]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.program, "agent", *mode, "-config-file", self.config_path, *self.args],
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise AssertionError("the agent ended with %s\n%s" % (self.process.returncode, self.log()[-3000:]))
            try:
                status, _, body = self.request("GET", "/v1/status/leader", timeout=1)
                if status == 200 and len(body) > 2:
                    return self
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise AssertionError("the agent did not serve in %.0f s\n%s" % (seconds, self.log()[-3000:]))
            time.sleep(0.005)

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self, seconds=10.0):
        """Ends the agent by SIGTERM; an agent that ended by itself, or with an error, fails the test."""
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the agent did not end within %.0f s of SIGTERM" % seconds)
        self.process = None
        if code != 0:
            raise AssertionError("the agent ended with %d\n%s" % (code, self.log()[-3000:]))

    def remove(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, body=None, headers=None, timeout=10):
        connection = http.client.HTTPConnection(HOST, self.http_port, timeout=timeout)
        try:
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        except http.client.HTTPException as e:
            raise OSError(str(e)) from e
        finally:
            connection.close()

    def get(self, path, **more):
        status, _, body = self.request("GET", path, **more)
        if status != 200:
            raise AssertionError("GET %s: %d %r" % (path, status, body[:300]))
        return json.loads(body)

    def put(self, path, body=None, **more):
        status, _, answer = self.request("PUT", path, body, **more)
        if status != 200:
            raise AssertionError("PUT %s: %d %r" % (path, status, answer[:300]))
        return answer

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.stop()
            else:
                print(self.log()[-3000:])
        finally:
            self.remove()
