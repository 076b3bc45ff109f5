#!/usr/bin/env python3
"""The commands about configuration, as people call them: files and the running agent, entries, archives, contexts."""
import json
import os
import subprocess
import tarfile
import tempfile

from peers import main  # sets the path to tests/support
from weft_agent import Agent, wait_until


class Weft:
    """The program with a home of its own."""

    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.folder = tempfile.mkdtemp(prefix="weft-config-")

    def __call__(self, *words, code=0, text=None):
        done = subprocess.run([self.program, *words], input=text, capture_output=True, text=True, timeout=60, check=False,
                              cwd=self.folder, env={"HOME": self.folder, "PATH": os.environ["PATH"]})
        assert done.returncode == code, "weft %s ended with %d, not %d\n%s%s" % (
            " ".join(words), done.returncode, code, done.stdout, done.stderr)
        return done.stdout, done.stderr

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            return f.read()


def validate_reads_files_and_standard_input(program):
    weft = Weft(program)
    weft.write("a.hcl", 'datacenterr = "x"\nports { http = "80" }\n')
    out, err = weft("validate", "-dev", "a.hcl", code=1)
    assert "--> a.hcl:1:1" in err and "did you mean `datacenter`?" in err and "2 errors" in err, err
    out, _ = weft("validate", "-dev", "-format=json", "a.hcl", code=1)
    rows = json.loads(out)["Diagnostics"]
    assert [(row["Code"], row["Line"], row["Fix"]["Text"]) for row in rows] == [("W1004", 1, "datacenter"), ("W1010", 2, "80")] or \
        [(row["Code"], row["Line"], row["Fix"]["Text"]) for row in rows] == [("W1004", 1, "datacenter"), ("W1011", 2, "80")], rows
    _, err = weft("validate", "-dev", "-", text='log_level = "DEBGU"\n', code=1)
    assert "--> <stdin>:1:13" in err and 'did you mean "DEBUG"?' in err, err


def every_code_of_a_message_has_help(program):
    weft = Weft(program)
    out, _ = weft("help", "W1004")
    assert out.startswith("W1004: "), out
    out, _ = weft("help", "w2001")
    assert out.startswith("W2001: "), out
    out, _ = weft("help", "config", "show")
    assert "-effective" in out, out
    out, _ = weft("help", "config", "encrypt_file")
    assert "value of encrypt" in out, out
    out, _ = weft("help", "config", "ports.htpp")
    assert out.startswith("there is no key `ports.htpp`, did you mean `ports.http`?\n\nports.http\n"), out
    weft("help", "config", "xyzzy.xyzzyxyzzy", code=2)


def the_running_configuration_is_shown(program):
    weft = Weft(program)
    with Agent(program, config={"dns_config": {"node_ttl": "7s"}}, args=["-datacenter", "paris"]) as agent:
        address = "127.0.0.1:%d" % agent.http_port
        out, _ = weft("config", "show", "-origin", "-http-addr", address)
        rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
        assert rows["dns_config.node_ttl"] == ['"7s"', agent.config_path + ":1"], rows
        assert rows["datacenter"] == ['"paris"', "-datacenter"], rows
        out, _ = weft("config", "show", "-effective", "-origin", "-format=json", "-http-addr", address)
        keys = {row["Key"]: row for row in json.loads(out)["Keys"]}
        assert keys["dns_config.only_passing"]["Origin"] == "default", keys["dns_config.only_passing"]
        assert keys["advertise_addr"] == {"Key": "advertise_addr", "Value": '"127.0.0.1"', "Origin": "computed", "Line": 0}, keys
        weft("config", "diff", "-dev", "-datacenter", "paris", agent.config_path, "-http-addr", address)
        agent.settings["dns_config"]["node_ttl"] = "8s"
        agent.write_config(agent.settings)
        out, _ = weft("config", "diff", "-dev", "-datacenter", "paris", agent.config_path, "-http-addr", address, code=1)
        assert 'dns_config.node_ttl: "7s" -> "8s"' in out and out.startswith("applied now:"), out


def what_flags_gave_is_no_difference(program):
    weft = Weft(program)
    flags = ["-datacenter", "paris", "-retry-join", "127.0.0.1", "-node-meta", "rack:7", "-encrypt", "MTIzNDU2Nzg5MDEyMzQ1Ng=="]
    with Agent(program, dev=False, args=flags, config={"retry_join": ["127.0.0.2"]}) as agent:
        at = ["-http-addr", "127.0.0.1:%d" % agent.http_port]
        out, _ = weft("config", "diff", agent.config_path, *at)
        assert out == "no key changed\n", out
        out, _ = weft("config", "diff", "-datacenter", "rome", agent.config_path, *at, code=1)
        assert out == 'needs a restart:\n  datacenter: "paris" -> "rome"  (-datacenter)\n', out
        agent.settings["retry_join"] = ["127.0.0.3"]
        agent.settings["services"] = [{"name": "web"}]
        agent.write_config(agent.settings)
        out, err = weft("config", "diff", agent.config_path, *at, code=1)
        assert "retry_join" in out and out.count("\n") == 2, out
        assert err.startswith("note: services, checks, watches and entries are not compared"), err
    with Agent(program) as agent:
        out, _ = weft("config", "diff", agent.config_path, "-http-addr", "127.0.0.1:%d" % agent.http_port)
        assert out == "no key changed\n", out


def entries_are_there_from_the_start(program):
    weft = Weft(program)
    entries = [{"Kind": "service-router", "Name": "web", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/a"}}}]},
               {"Kind": "service-defaults", "Name": "web", "Protocol": "http"}]
    with Agent(program, dev=False, config={"config_entries": {"bootstrap": entries}}) as agent:
        status, _, _ = agent.request("GET", "/v1/config/service-router/web")
        assert status == 200, status
        # What was changed since stays, also over a restart; what was deleted is written again by one, not by a reload.
        agent.request("PUT", "/v1/config", {"Kind": "service-defaults", "Name": "web", "Protocol": "grpc"})
        agent.request("DELETE", "/v1/config/service-router/web")
        agent.settings["config_entries"]["bootstrap"].append({"Kind": "proxy-defaults", "Name": "global"})
        agent.write_config(agent.settings)
        agent.request("PUT", "/v1/agent/reload")
        wait_until(lambda: agent.request("GET", "/v1/config/proxy-defaults/global")[0] == 200, what="the new entry")
        assert agent.request("GET", "/v1/config/service-router/web")[0] == 404
        agent.stop()
        agent.start()
        assert agent.request("GET", "/v1/config/service-router/web")[0] == 200
        assert '"grpc"' in agent.request("GET", "/v1/config/service-defaults/web")[2].decode()
    weft.write("bad.hcl", 'config_entries {\n  bootstrap {\n    kind = "service-defaults"\n    name = "web"\n    protocoll = "x"\n  }\n}\n')
    _, err = weft("validate", "-dev", "bad.hcl", code=1)
    assert "error[W1004]" in err and "--> bad.hcl:5:5" in err, err


def files_are_laid_out_and_old_names_replaced(program):
    weft = Weft(program)
    weft.write("c/a.hcl", 'cert_file="/c.pem" # ours\nports{\nhttp=1\n}\n')
    out, _ = weft("config", "fmt", "-check", "c", code=1)
    assert out == "c/a.hcl\n", out
    out, err = weft("config", "fmt", "-fix", "c")
    assert "cert_file -> tls.defaults.cert_file" in err, err
    assert weft.read("c/a.hcl") == 'tls { defaults { cert_file = "/c.pem" } } # ours\nports {\n  http = 1\n}\n', weft.read("c/a.hcl")
    weft("config", "fmt", "-check", "-fix", "c")
    out, _ = weft("config", "fmt", "-", text="a=1\nbb=2\n")
    assert out == "a  = 1\nbb = 2\n", out


def files_of_consul_are_migrated(program):
    weft = Weft(program)
    weft.write("consul.hcl", 'data_dir = "%s/d"\nrecursor = "9.9.9.9"\nraft_protocol = 3\nacl_token = "canary"\n' % weft.folder)
    out, err = weft("config", "migrate", "consul.hcl")
    assert 'recursors = ["9.9.9.9"]' in out and "canary" not in out + err, out
    for line in ("kept        data_dir", "renamed     recursor", "dropped     raft_protocol"):
        assert line in err, err
    weft.write("weft.hcl", out)
    weft("validate", "weft.hcl")
    weft.write("refused.hcl", 'retry_join = ["provider=aws x"]\nserver = false\nbootstrap_expect = 3\n'
               'service {\n  name = "web"\n  connect {\n    sidecar_service {}\n  }\n}\n')
    out, err = weft("config", "migrate", "refused.hcl", code=1)
    for key in ("retry_join", "server", "bootstrap_expect", "service.connect.sidecar_service"):
        assert [line for line in err.splitlines() if line.split()[:2] == ["dropped", key]], err
    weft.write("taken.hcl", out)
    weft("validate", "-data-dir", weft.folder + "/d", "taken.hcl")
    weft.write("mesh.hcl", "connect { enabled = true }\n")
    _, err = weft("config", "migrate", "mesh.hcl", code=1)
    assert "dropped" in err and "later version" in err, err


def contexts_name_agents(program):
    weft = Weft(program)
    with Agent(program) as agent:
        weft("context", "add", "here", "-http-addr", "127.0.0.1:%d" % agent.http_port)
        out, _ = weft("status")
        assert "node node1" in out, out
        weft("context", "use")
        weft("status", "-context", "here")
        _, err = weft("status", "-context", "there", code=2)
        assert "weft context list" in err, err


def an_archive_holds_what_a_report_needs(program):
    weft = Weft(program)
    with Agent(program) as agent:
        out, _ = weft("debug", "-duration", "1s", "-output", "x.tar.gz", "-http-addr", "127.0.0.1:%d" % agent.http_port)
        assert out == "x.tar.gz\n", out
        with tarfile.open(os.path.join(weft.folder, "x.tar.gz")) as tar:
            index = json.load(tar.extractfile([name for name in tar.getnames() if name.endswith("index.json")][0]))
            assert index["Schema"] == "weft.debug/1" and index["LeftOut"] == [], index
            metrics = tar.extractfile([name for name in tar.getnames() if name.endswith("end-metrics.txt")][0]).read()
            assert b"weft_" in metrics
    weft("debug", "-duration", "1s", code=3)


def entries_are_planned_and_applied(program):
    weft = Weft(program)
    with Agent(program) as agent:
        at = ["-http-addr", "127.0.0.1:%d" % agent.http_port]
        # In an order that the agent refuses: a router needs a service that speaks HTTP.
        weft.write("e/a-router.hcl", 'kind = "service-router"\nname = "web"\nroutes {\n  match { http { path_prefix = "/a" } }\n'
                                     '  destination { service = "api" }\n}\nroutes {\n  match { http { path_prefix = "/b" } }\n'
                                     '  destination { service = "web" }\n}\n')
        for name in ("web", "api"):
            weft.write("e/b-%s.hcl" % name, 'Kind = "service-defaults"\nName = "%s"\nProtocol = "http"\n' % name)
        out, _ = weft("config", "plan", "e", *at, code=1)
        assert "+ service-router/web  (e/a-router.hcl)\n" in out and "3 of 3 entries would change" in out, out
        out, _ = weft("config", "apply", "e", *at)
        assert out.count("Config entry written: ") == 3, out
        out, _ = weft("config", "plan", "e", *at)
        assert "0 of 3 entries would change" in out, out
        weft.write("e/b-web.hcl", 'Kind = "service-defaults"\nName = "web"\nProtocol = "http2"\n')
        out, _ = weft("config", "plan", "e", *at, code=1)
        assert '~ Protocol = "http" -> "http2"' in out, out
        # What the agent keeps counts, not how it is written: a zero that is said out loud, another spelling of names.
        limits = 'upstream_config {\n  defaults {\n    limits {\n      max_connections = %s\n    }\n  }\n}\n'
        for written, planned in (("7", '+ UpstreamConfig = '), ("0", "Limits.MaxConnections = 7 -> 0")):
            weft.write("g/api.hcl", 'Kind = "service-defaults"\nname = "api"\nprotocol = "http"\n' + limits % written)
            out, _ = weft("config", "plan", "g", *at, code=1)
            assert planned in out, out
            weft("config", "apply", "g", *at)
            out, _ = weft("config", "plan", "g", *at)
            assert "0 of 1 entries would change" in out, out
        # The router needs a service that speaks HTTP, so none of the three could change alone; and what does not go
        # together is not half written.
        for name in ("web", "api"):
            weft.write("e/b-%s.hcl" % name, 'Kind = "service-defaults"\nName = "%s"\nProtocol = "grpc"\n' % name)
        out, err = weft("config", "plan", "e", *at, code=1)
        assert "2 of 3 entries would change" in out and err == "", (out, err)
        rows = json.loads(weft("config", "plan", "-format", "json", "e", *at, code=1)[0])["Entries"]
        assert [(row["Name"], row["Action"], row["File"]) for row in rows] == [
            ("web", "none", "e/a-router.hcl"), ("api", "change", "e/b-api.hcl"), ("web", "change", "e/b-web.hcl")], rows
        out, _ = weft("config", "apply", "e", *at)
        assert out.count("Config entry written: ") == 2, out
        for name, other in (("one", "two"), ("two", "one")):
            weft.write("i/%s.hcl" % name, 'Kind = "service-resolver"\nName = "%s"\nRedirect { Service = "%s" }\n' % (name, other))
        for command, words in (("plan", "would be refused"), ("apply", "nothing was written")):
            _, err = weft("config", command, "i", *at, code=1)
            assert words in err and "circular" in err and "code:  W2002" in err, err
            assert "see i/one.hcl, i/two.hcl" in err, err
        out, _ = weft("config", "list", "-kind", "service-resolver", *at)
        assert out == "", out
        # What is wrong with one entry has a place.
        for text, code, place, help_text in (
                ('Kind = "service-defaults"\nName = "api"\nProtocoll = "http"\n', "W1004", "3:1", "write `Protocol`"),
                ('Kind = "service-defalts"\nName = "api"\n', "W1010", "1:8", "write `service-defaults`"),
                ('Kind = "service-resolver"\nName = "api"\nconnect_timeout = "5"\n', "W1010", "3:19", "missing unit"),
                ('Kind = "service-splitter"\nName = "api"\nSplits = [\n  { Weight = 30 },\n  { Weight = "x" },\n]\n', "W1010",
                 "5:14", "parsing"),
                ('Kind = "mesh"\nName = "mesh"\nTLS {\n  Incoming {\n    TLSMinVersion = "1.3"\n  }\n}\n', "W1054", "5:21",
                 "TLSv1_3")):
            weft.write("h/wrong.hcl", text)
            for command in ("plan", "apply", "write"):
                _, err = weft("config", command, "h/wrong.hcl" if command == "write" else "h", *at, code=1)
                assert "error[%s]" % code in err and "h/wrong.hcl:%s\n" % place in err and help_text in err, err
        out, _ = weft("config", "read", "-kind", "service-router", "-name", "web", *at)
        assert json.loads(out)["Routes"][1]["Match"]["HTTP"]["PathPrefix"] == "/b", out
        out, _ = weft("config", "list", "-kind", "service-defaults", *at)
        assert out == "api\nweb\n", out
        out, _ = weft("config", "write", "-", *at, text='Kind = "service-defaults"\nName = "db"\n')
        assert out == "Config entry written: service-defaults/db\n", out
        _, err = weft("config", "write", "-cas", "-modify-index=1", "e/b-web.hcl", *at, code=1)
        assert err == "Config entry not updated: service-defaults/web\n", err
        out, _ = weft("config", "delete", "-kind", "service-defaults", "-name", "db", *at)
        assert out == "Config entry deleted: service-defaults/db\n", out
        weft.write("f/x.hcl", 'Kind = "service-defaults"\n')
        _, err = weft("config", "plan", "f", *at, code=1)
        assert "needs a `Name`" in err and "f/x.hcl:1:1" in err, err


main(__doc__, [validate_reads_files_and_standard_input, every_code_of_a_message_has_help, the_running_configuration_is_shown,
               what_flags_gave_is_no_difference, entries_are_there_from_the_start, files_are_laid_out_and_old_names_replaced, files_of_consul_are_migrated, contexts_name_agents,
               an_archive_holds_what_a_report_needs, entries_are_planned_and_applied])
