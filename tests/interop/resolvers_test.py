#!/usr/bin/env python3
"""dnsmasq and unbound forward the consul domain to the agent, as people set up their hosts."""
from peers import HOST, Agent, Peer, dig, free_ports, main, wait_until

UNBOUND = """
server:
    interface: %(host)s@%(port)d
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    module-config: "iterator"
    username: ""
    chroot: ""
    directory: "%(folder)s"
    pidfile: "%(folder)s/unbound.pid"
    use-syslog: no
    logfile: ""
    local-zone: "consul." nodefault
    domain-insecure: "consul."
remote-control:
    control-enable: no
forward-zone:
    name: "consul."
    forward-addr: %(host)s@%(dns)d
"""


def register(agent, count):
    for n in range(count):
        agent.put("/v1/agent/service/register",
                  {"ID": "web%d" % n, "Name": "web", "Address": "127.0.0.%d" % (n + 2), "Port": 8000 + n})


def check(agent, port):
    addresses = ["127.0.0.2", "127.0.0.3"]
    wait_until(lambda: dig(port, "web.service.consul") == addresses, 10, "two addresses through the forwarder")
    assert len(dig(port, "_web._tcp.service.consul", "SRV")) == 2
    assert dig(port, "node1.node.consul") == [HOST]
    assert dig(port, "nothing.service.consul") == []
    # Many instances: the answer is cut over UDP, the forwarder comes again over TCP and gets everything.
    register(agent, 60)
    wait_until(lambda: len(dig(port, "web.service.consul", "A", "+tcp")) == 60, 10, "all 60 instances")


def dnsmasq_forwards(program):
    with Agent(program) as agent, Peer("dnsmasq") as dnsmasq:
        port, = free_ports(1)
        register(agent, 2)
        dnsmasq.start("--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces",
                      "--listen-address=" + HOST, "--port=%d" % port, "--cache-size=0", "--user=root", "--pid-file=",
                      "--log-facility=-", "--server=/consul/%s#%d" % (HOST, agent.dns_port))
        check(agent, port)


def unbound_forwards(program):
    with Agent(program) as agent, Peer("unbound") as unbound:
        port, = free_ports(1)
        register(agent, 2)
        unbound.start("-d", "-c", unbound.file("unbound.conf", UNBOUND % {
            "host": HOST, "port": port, "folder": unbound.folder, "dns": agent.dns_port}))
        check(agent, port)


main(__doc__, [dnsmasq_forwards, unbound_forwards])
