"""What the interop tests share: weft's agent, stock programs on loopback, small HTTP servers. Standard library only."""
import argparse
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from weft_agent import HOST, Agent, free_ports, wait_until  # noqa: E402,F401


def program_from_arguments(about):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--program", default="build/release/weft", help="the weft program (default: %(default)s)")
    return parser.parse_args().program


class Peer:
    """A stock program in the foreground, its files in a temporary folder, ended by its process id."""

    def __init__(self, name):
        self.name = name
        self.path = shutil.which(name) or shutil.which("/usr/sbin/" + name)
        if self.path is None:
            raise AssertionError("%s is not installed: run deploy/setup.sh --tests" % name)
        self.folder = tempfile.mkdtemp(prefix="weft-peer-")
        os.chmod(self.folder, 0o755)
        self.process = None

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(content)
        return path

    def start(self, *arguments, **more):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([self.path, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            cwd=self.folder, **more)
        return self

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if kind is not None and self.process:
            print("-- log of %s\n%s" % (self.name, self.log()[-3000:]))
        shutil.rmtree(self.folder, ignore_errors=True)


class Answerer:
    """An HTTP server on a free loopback port that answers every GET with one text."""

    def __init__(self, text, address=HOST):
        body = text.encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.address, self.port = self.server.server_address
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def run(command, seconds=60, **more):
    """What a client prints; an error, or one that takes too long, fails the test with what it said."""
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                text=True, timeout=seconds, check=False, **more)
    except FileNotFoundError as e:
        raise AssertionError("%s is not installed: run deploy/setup.sh --interop" % command[0]) from e
    except subprocess.TimeoutExpired as e:
        said = (e.stdout or b"").decode(errors="replace")
        raise AssertionError("%s took more than %d s\n%s" % (command[0], seconds, said[-5000:])) from e
    if result.returncode != 0:
        raise AssertionError("%s ended with %d\n%s" % (" ".join(command), result.returncode, result.stdout[-5000:]))
    return result.stdout


def dig_in_order(port, name, kind="A", *options):
    out = subprocess.run(["dig", "@" + HOST, "-p", str(port), name, kind, "+short", "+time=2", "+tries=1", *options],
                         capture_output=True, text=True, check=False)
    return [line for line in out.stdout.splitlines() if line and not line.startswith(";")]


def dig(*arguments):
    return sorted(dig_in_order(*arguments))


def main(about, tests):
    """Runs the tests in order, each with the program's path; the closing line counts them."""
    program = program_from_arguments(about)
    failed = 0
    for test in tests:
        try:
            test(program)
            print("ok    %s" % test.__name__)
        except Exception as e:  # one failed test must not hide the others
            failed += 1
            print("FAIL  %s: %s" % (test.__name__, e))
        sys.stdout.flush()
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    sys.exit(1 if failed else 0)
