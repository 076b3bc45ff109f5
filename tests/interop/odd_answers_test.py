#!/usr/bin/env python3
"""Whatever answers in the place of an agent, commands end with a code of theirs and never by a signal: something else may listen
at that address, a proxy before the agent may answer for it, and agents of later versions may say more."""
import concurrent.futures
import contextlib
import http.server
import os
import subprocess
import tempfile
import threading

from peers import HOST, main

COMMANDS = """
catalog datacenters
catalog nodes
catalog nodes -detailed
catalog services
catalog services -tags
catalog services -node=x
config diff {folder}/agent.hcl
config list -kind service-defaults
config plan {folder}/entry.hcl
config read -kind service-defaults -name web
config show -effective
deregister x
event -name x
force-leave x
info
join x
keyring -list
kv delete a
kv export
kv get -detailed a
kv get -keys a
kv get -recurse
kv get a
kv put -cas -modify-index=3 a b
leave
lock -timeout=100ms -monitor-retry=0 a true
maint
members
members -detailed
members -format=json
operator autopilot get-config
operator raft list-peers
operator raft remove-peer -yes -id x
query execute x
query explain x
query list
query read x
reachability
reload
rtt a
rtt a b
services register -name web -port 80
session create
session list
session read x
status
wait -for=leader -timeout=100ms
wait -for=service=db -timeout=100ms
wait -for=key=a -timeout=100ms
watch -type checks
watch -type event
watch -type key -key a
watch -type keyprefix -prefix a
watch -type nodes
watch -type service -service web
watch -type services
""".split("\n")[1:-1]

ANSWERS = ["", "nothing of JSON", "null", "true", "7", '"x"', "[]", "{}", "[1]", "[null]", "[[]]", "[{}]", '{"a":1}', '{"a":{}}',
           '{"a":{"Tags":[1],"Checks":[1]}}', '{"Services":{"a":1}}', '{"Services":{"a":{}}}',
           '{"Config":1,"Member":1,"Stats":1,"DebugConfig":1}', '{"Stats":{"a":1},"DebugConfig":{"a":1}}',
           '{"Nodes":[1],"Servers":[1],"Results":[1],"Messages":{"a":1}}',
           '[{"Value":1,"Key":1,"Flags":"x","LockIndex":"x","ModifyIndex":"y"}]', '[{"Value":"%","Key":"a"}]',
           '[{"Name":"a","Addr":1,"Tags":[1],"Status":"x","Coord":{"Vec":1}},{"Name":"b","Coord":{"Vec":["x"]}}]',
           '[{"Node":"a","Coord":{"Vec":[1,2]}},{"Node":"b","Coord":{"Vec":[1]}}]',
           '{"ModifyIndex":-1,"Kind":1,"Name":1}', '[{"Node":{},"Service":{},"Checks":[1]}]']

CODES = range(0, 8)


class Impostor:
    """Answers everything with `text`; its index never changes, so that a watch shows one view and waits."""

    def __init__(self):
        self.text = b""
        impostor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("X-Consul-Index", "7")
                self.send_header("Content-Length", str(len(impostor.text)))
                with contextlib.suppress(OSError):  # the command's time was over
                    self.end_headers()
                    self.wfile.write(impostor.text)

            do_GET = do_PUT = do_DELETE = do_POST = answer

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def commands_end_with_a_code(program):
    impostor = Impostor()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("agent.hcl", 'log_level = "info"\n'), ("entry.hcl", 'kind = "service-defaults"\nname = "web"\n')):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                f.write(text)
        environment = {"WEFT_HTTP_ADDR": "%s:%d" % (HOST, impostor.server.server_port), "HOME": folder, "PATH": os.environ["PATH"]}

        def end_of(command):
            words = command.format(folder=folder).split()
            done = subprocess.run([os.path.abspath(program), *words], env=environment, capture_output=True, text=True, timeout=60,
                                  stdin=subprocess.DEVNULL, check=False)
            return command, done.returncode, done.stderr

        try:
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                for answer in ANSWERS:
                    impostor.text = answer.encode()
                    for command, code, said in pool.map(end_of, COMMANDS):
                        assert code in CODES, (command, answer, code, said)
                        assert code != 2, (command, said)
        finally:
            impostor.close()


main(__doc__, [commands_end_with_a_code])
