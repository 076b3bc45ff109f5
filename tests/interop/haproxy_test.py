#!/usr/bin/env python3
"""HAProxy's resolvers with an SRV server-template: slots fill when instances register and drain when they leave."""
import os
import socket
import urllib.request

from peers import HOST, Agent, Answerer, Peer, free_ports, main, wait_until

CONFIG = """
global
    stats socket %(socket)s mode 600 level admin
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
resolvers weft
    nameserver agent %(host)s:%(dns)d
    accepted_payload_size 8192
    resolve_retries 3
    timeout resolve 200ms
    timeout retry 200ms
    hold valid 200ms
    hold nx 200ms
    hold obsolete 200ms
frontend in
    bind %(host)s:%(port)d
    default_backend web
backend web
    balance roundrobin
    server-template web 6 _web._tcp.service.consul resolvers weft resolve-prefer ipv4 init-addr none
"""


def slots(path):
    """Address and port of each server slot that is in use."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(b"show servers state web\n")
        text = b""
        while chunk := s.recv(65536):
            text += chunk
    used = set()
    for line in text.decode().splitlines()[2:]:
        fields = line.split()
        # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state ... srv_port (19th)
        if len(fields) > 18 and fields[4] not in ("-", "0.0.0.0") and fields[5] == "2":
            used.add((fields[4], int(fields[18])))
    return used


def fills_and_drains(program):
    with Agent(program) as agent, Peer("haproxy") as haproxy:
        port, = free_ports(1)
        path = os.path.join(haproxy.folder, "stats")
        haproxy.start("-db", "-f", haproxy.file("haproxy.cfg", CONFIG % {
            "socket": path, "host": HOST, "dns": agent.dns_port, "port": port}))
        servers = [Answerer("server %d" % n, "127.0.0.%d" % (n + 2)) for n in range(3)]
        try:
            wait_until(lambda: os.path.exists(path), 10, "HAProxy's socket")
            for n, server in enumerate(servers):
                agent.put("/v1/agent/service/register",
                          {"ID": "web%d" % n, "Name": "web", "Address": server.address, "Port": server.port})
            everyone = {(server.address, server.port) for server in servers}
            wait_until(lambda: os.path.exists(path) and slots(path) == everyone, 15, "three slots in use")

            def answers():
                seen = set()
                for _ in range(9):
                    with urllib.request.urlopen("http://%s:%d/" % (HOST, port), timeout=5) as response:
                        seen.add(response.read())
                return seen
            wait_until(lambda: answers() == {b"server 0", b"server 1", b"server 2"}, 10, "answers of all three")

            agent.put("/v1/agent/service/deregister/web1")
            wait_until(lambda: slots(path) == everyone - {(servers[1].address, servers[1].port)}, 15, "the slot to drain")
            wait_until(lambda: answers() == {b"server 0", b"server 2"}, 10, "answers of the two that are left")
        finally:
            for server in servers:
                server.close()


main(__doc__, [fills_and_drains])
