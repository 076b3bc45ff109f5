"""python-consul or python-consul2, whichever comes first on the path, used as programs use them.

    python3 clients/python_consul.py HOST PORT

Ends with 1 at the first surprise. The agent is fresh; its node is node1.
"""
import base64
import json
import os
import socket
import sys
import threading

import consul

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from weft_agent import wait_until  # noqa: E402

NODE = "node1"
NEWER = hasattr(consul.Consul, "Txn")  # python-consul2


def statuses(client, service):
    return {check["CheckID"]: check["Status"] for check in client.health.checks(service)[1]}


def passing(client, service):
    return sorted(row["Service"]["ID"] for row in client.health.service(service, passing=True)[1])


def put(client, path):
    assert client.http.put(consul.base.CB.bool(), "/v1/agent/" + path) is True


def deregister(client, service):
    """python-consul still deregisters with GET, which Consul has refused since 1.0: it answers False there."""
    assert client.agent.service.deregister(service) is NEWER
    if not NEWER:
        put(client, "service/deregister/" + service)


def registration(client):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert client.agent.service.register("web", service_id="web/1", address="127.0.0.1", port=port, tags=["a", "b"],
                                             check=consul.Check.tcp("127.0.0.1", port, "200ms", timeout="1s"))
        wait_until(lambda: passing(client, "web") == ["web/1"], 10, "the instance to pass")
    service = client.agent.services()["web/1"]
    assert (service["Service"], service["Port"], sorted(service["Tags"])) == ("web", port, ["a", "b"]), service
    row, = client.catalog.service("web", tag="b")[1]
    assert (row["Node"], row["ServiceID"], row["ServiceAddress"]) == (NODE, "web/1", "127.0.0.1"), row
    assert client.catalog.service("web", tag="c")[1] == []
    assert sorted(client.catalog.services()[1]["web"]) == ["a", "b"]
    assert "web/1" in client.catalog.node(NODE)[1]["Services"]
    wait_until(lambda: passing(client, "web") == [], 10, "the instance that no longer listens to fail")
    deregister(client, "web/1")
    wait_until(lambda: client.catalog.service("web")[1] == [], 10, "the instance to leave")
    assert client.catalog.register("elsewhere", "192.0.2.1", service={"service": "db", "id": "db1", "port": 5432})
    assert [n["Node"] for n in client.catalog.nodes()[1]] == ["elsewhere", NODE]
    assert client.catalog.deregister("elsewhere") and client.catalog.service("db")[1] == []


def checks(client):
    assert client.agent.service.register("worker", port=1, check=consul.Check.ttl("10m"))
    assert statuses(client, "worker") == {"service:worker": "critical"}
    reports = client.agent.check
    for report, status in ((reports.ttl_pass, "passing"), (reports.ttl_warn, "warning"), (reports.ttl_fail, "critical")):
        reported = report("service:worker", notes="seen " + status)
        assert reported is NEWER, "python-consul reports with GET, which Consul refuses"
        if NEWER:
            wait_until(lambda s=status: statuses(client, "worker") == {"service:worker": s}, 10, status)
            row, = client.health.checks("worker")[1]
            assert row["Output"] == "seen " + status, row
    assert reports.register("more", consul.Check.ttl("10m"), check_id="more", service_id="worker", notes="a second one")
    wait_until(lambda: len(statuses(client, "worker")) == 2, 10, "the second check")
    assert client.agent.checks()["more"]["Notes"] == "a second one"
    assert client.agent.service.maintenance("worker", "true", "away")
    wait_until(lambda: "_service_maintenance:worker" in statuses(client, "worker"), 10, "the maintenance check")
    assert "more" in [c["CheckID"] for c in client.health.state("critical")[1]]
    assert client.agent.service.maintenance("worker", "false")
    deregister(client, "worker")
    wait_until(lambda: statuses(client, "worker") == {}, 10, "the checks to leave")
    assert [c["CheckID"] for c in client.health.node(NODE)[1]] == ["serfHealth"]


def keys(client):
    assert client.kv.get("no/such") == (client.kv.get("no/such")[0], None)
    assert client.kv.put("app/a", "value", flags=42)
    index, pair = client.kv.get("app/a")
    assert (pair["Key"], pair["Value"], pair["Flags"]) == ("app/a", b"value", 42) and int(index) > 0, pair
    assert client.kv.put("app/binary", b"\x00\xff") and client.kv.get("app/binary")[1]["Value"] == b"\x00\xff"
    assert client.kv.put("app/none", None) and client.kv.get("app/none")[1]["Value"] is None
    assert client.kv.put("app/a b\u00e9", "spaced") and client.kv.get("app/a b\u00e9")[1]["Value"] == b"spaced"
    assert client.kv.delete("app/a b\u00e9")
    assert client.kv.put("app/a", "again", cas=0) is False
    assert client.kv.put("app/a", "again", cas=pair["ModifyIndex"]) is True
    assert client.kv.put("app/sub/x", "1") and client.kv.put("app/sub/y", "2")
    assert [p["Key"] for p in client.kv.get("app/", recurse=True)[1]] == [
        "app/a", "app/binary", "app/none", "app/sub/x", "app/sub/y"]
    assert client.kv.get("app/", keys=True, separator="/")[1] == ["app/a", "app/binary", "app/none", "app/sub/"]
    for consistency in ("stale", "consistent"):
        assert client.kv.get("app/a", consistency=consistency)[1]["Value"] == b"again"
    assert client.kv.delete("app/a", cas=1) is False
    assert client.kv.delete("app/", recurse=True) and client.kv.get("app/", recurse=True)[1] is None


def sessions(client):
    bare = client.session.create()
    session = client.session.create("mine", lock_delay=1, behavior="delete", ttl=20)
    _, found = client.session.info(session)
    assert (found["Name"], found["Node"], found["Behavior"], found["TTL"]) == ("mine", NODE, "delete", "20s"), found
    assert found["LockDelay"] == 1000000000, found
    everyone = {bare, session}
    assert {s["ID"] for s in client.session.list()[1]} == everyone
    assert {s["ID"] for s in client.session.node(NODE)[1]} == everyone
    assert client.session.renew(session)["ID"] == session
    for each in everyone:
        assert client.session.destroy(each) is True
    assert client.session.info(session)[1] is None
    try:
        client.session.renew(session)
    except consul.NotFound:
        return
    raise AssertionError("a session that is gone was renewed")


def locks(client):
    first, second = client.session.create(lock_delay=0), client.session.create(lock_delay=0, behavior="delete")
    assert client.kv.put("lock", "first", acquire=first) is True
    assert client.kv.put("lock", "second", acquire=second) is False
    pair = client.kv.get("lock")[1]
    assert (pair["Session"], pair["LockIndex"], pair["Value"]) == (first, 1, b"first"), pair
    assert client.kv.put("lock", "", release=second) is False
    assert client.kv.put("lock", "", release=first) is True
    assert client.kv.put("lock", "second", acquire=second) is True
    assert client.kv.get("lock")[1]["LockIndex"] == 2
    assert client.session.destroy(second) and client.kv.get("lock")[1] is None, "its behaviour deletes the key"
    assert client.kv.put("lock", "first", acquire=first) and client.session.destroy(first)
    assert "Session" not in client.kv.get("lock")[1], "its behaviour releases the key"
    # A check that turns critical ends the session, and its lock with it. The lock delay then keeps others out.
    assert client.agent.check.register("beat", consul.Check.ttl("1s"), check_id="beat") is True
    wait_until(lambda: any(c["CheckID"] == "beat" for c in client.health.node(NODE)[1]), 10, "the check")
    put(client, "check/pass/beat")
    wait_until(lambda: any(c["CheckID"] == "beat" for c in client.health.state("passing")[1]), 10, "the check to pass")
    watched = client.session.create(checks=["serfHealth", "beat"], lock_delay=60)
    assert client.kv.put("lock", "watched", acquire=watched) is True
    wait_until(lambda: client.session.info(watched)[1] is None, 10, "the session to end with its check")
    late = client.session.create()
    assert client.kv.put("lock", "late", acquire=late) is False, "the lock delay holds"
    assert client.session.destroy(late) and client.kv.delete("lock")
    put(client, "check/deregister/beat")


def watch(client, ask, change, wanted):
    """Blocking questions in a row, as watching programs ask them, until one is answered as wanted. The change comes
    while the first waits; or before it, which makes no difference to the answer."""
    index, before = ask(client, None)
    assert not wanted(before), before
    seen = []

    def follow():
        own, newest = consul.Consul(client.http.host, client.http.port), index
        for _ in range(10):  # Consul wakes some of them for changes of others
            newest, answer = ask(own, newest)
            seen.append((newest, answer))
            if wanted(answer):
                return
    following = threading.Thread(target=follow, daemon=True)
    following.start()
    following.join(0.1)
    change()
    following.join(10)
    assert not following.is_alive() and wanted(seen[-1][1]), seen
    assert int(seen[-1][0]) > int(index), (index, seen)


def watches(client):
    watch(client, lambda c, index: c.kv.get("watched", index=index, wait="30s"),
          lambda: client.kv.put("watched", "new"), lambda pair: pair and pair["Value"] == b"new")
    watch(client, lambda c, index: c.kv.get("many/", recurse=True, index=index, wait="30s"),
          lambda: client.kv.put("many/one", "1"), lambda pairs: pairs and [p["Key"] for p in pairs] == ["many/one"])
    watch(client, lambda c, index: c.health.service("late", passing=True, index=index, wait="30s"),
          lambda: client.agent.service.register("late", port=9),
          lambda rows: [row["Service"]["Port"] for row in rows] == [9])
    watch(client, lambda c, index: c.catalog.services(index=index, wait="30s"),
          lambda: deregister(client, "late"), lambda names: "late" not in names)
    index, _ = client.kv.get("watched")
    assert client.kv.get("watched", index=index, wait="100ms")[0] == index, "nothing changed"
    client.kv.delete("watched")
    client.kv.delete("many/", recurse=True)


def transactions(client):
    def operation(verb, key, value=None, **more):
        value = None if value is None else base64.b64encode(value).decode()
        return {"KV": {"Verb": verb, "Key": key, "Value": value, **more}}

    def transact(*operations):
        if NEWER:
            return client.txn.put(list(operations))
        return client.http.put(consul.base.CB.json(), "/v1/txn", data=json.dumps(operations))

    done = transact(operation("set", "t/a", b"1"), operation("set", "t/b", b"2", Flags=7), operation("get", "t/a"))
    assert done["Errors"] is None and len(done["Results"]) == 3, done
    assert base64.b64decode(done["Results"][2]["KV"]["Value"]) == b"1", done
    try:
        refused = transact(operation("set", "t/c", b"3"), operation("cas", "t/a", b"9", Index=1))
    except consul.base.ConsulException as e:  # python-consul2 takes the status 409 for an error
        refused = json.loads(str(e).split(" ", 1)[1])
    assert refused["Results"] is None and refused["Errors"][0]["OpIndex"] == 1, refused
    assert client.kv.get("t/c")[1] is None and client.kv.get("t/a")[1]["Value"] == b"1"
    assert transact(operation("delete-tree", "t/"))["Errors"] is None and client.kv.get("t/", keys=True)[1] is None


def queries(client):
    assert client.agent.service.register("found", service_id="found1", port=7, tags=["a"])
    # Both clients always make templates: any name that begins with this one is answered.
    made = client.query.create("found", name="find-", onlypassing=True, tags=["a"], ttl="10s", regexp="")["ID"]
    query, = client.query.get(made)
    assert (query["Name"], query["Service"]["OnlyPassing"], query["DNS"]["TTL"]) == ("find-", True, "10s"), query
    assert [q["ID"] for q in client.query.list()] == [made]
    wait_until(lambda: client.catalog.service("found")[1], 10, "the instance")
    answer = client.query.execute("find-it")
    assert [row["Service"]["ID"] for row in answer["Nodes"]] == ["found1"] and answer["DNS"]["TTL"] == "10s", answer
    assert client.query.explain("find-it")["Query"]["Service"]["Service"] == "found"
    assert client.query.update(made, "found", name="find-", tags=["b"], nearestn=2) is True
    query, = client.query.get(made)
    assert (query["Service"]["Tags"], query["Service"]["Failover"]["NearestN"]) == (["b"], 2), query
    assert client.query.execute("find-it")["Nodes"] == []
    assert client.query.delete(made) is True and client.query.list() == []
    deregister(client, "found1")


def main(tests):
    client = consul.Consul(sys.argv[1], int(sys.argv[2]))
    assert client.status.leader() and client.agent.self()["Config"]["NodeName"] == NODE
    for test in tests:
        print(test.__name__, flush=True)
        test(client)


main([registration, checks, keys, sessions, locks, watches, transactions, queries])
