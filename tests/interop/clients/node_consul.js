// The npm package consul, used as programs use it.
//
//     NODE_PATH=build/deps/npm/node_modules node clients/node_consul.js HOST PORT
//
// Ends with 1 at the first surprise. The agent is fresh; its node is node1. The names have characters that the package
// escapes in paths.
"use strict";
const assert = require("assert/strict");
const net = require("net");
const Consul = require("consul");

const NODE = "node1";
const REFUSED = undefined; // what the package makes of the answer false
const [host, port] = process.argv.slice(2);
const client = new Consul({ host, port });
const same = assert.deepEqual;

async function until(condition, what) {
  for (const deadline = Date.now() + 10000; !(await condition()); ) {
    assert(Date.now() < deadline, `waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const statusOf = async (service, check) =>
  (await client.health.checks(service)).find((c) => c.CheckID === check)?.Status;

async function registration() {
  const listening = net.createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await new Promise((resolve) => listening.once("listening", resolve));
  const service = { id: "web:1", name: "service:npm", address: "127.0.0.1", port: listening.address().port };
  const check = { tcp: `127.0.0.1:${service.port}`, interval: "1s", timeout: "1s" };
  await client.agent.service.register({ ...service, tags: ["a"], meta: { k: "v" }, check });
  const passing = () => client.health.service({ service: "service:npm", passing: true, tag: "a" });
  await until(async () => (await passing()).length === 1, "the instance to pass");
  const [row] = await passing();
  same([row.Node.Node, row.Service.Port, row.Service.Meta], [NODE, service.port, { k: "v" }]);
  same((await client.catalog.service.nodes("service:npm"))[0].ServiceID, "web:1");
  same((await client.catalog.service.list())["service:npm"], ["a"]);
  same((await client.catalog.node.services(NODE)).Services["web:1"].Tags, ["a"]);
  same((await client.agent.services())["web:1"].Address, "127.0.0.1");
  await client.agent.service.deregister("web:1");
  await until(async () => (await client.catalog.service.nodes("service:npm")).length === 0, "the instance to leave");
  listening.close();
  await client.catalog.register({ node: "elsewhere", address: "192.0.2.1", service: { service: "db", port: 5432 } });
  same((await client.catalog.nodes()).map((n) => n.Node), ["elsewhere", NODE]);
  await client.catalog.deregister("elsewhere");
  same(await client.catalog.service.nodes("db"), []);
}

async function checks() {
  await client.agent.service.register({ name: "worker", port: 1, check: { ttl: "10m" } });
  await until(async () => (await statusOf("worker", "service:worker")) === "critical", "the check");
  for (const [report, status] of [["pass", "passing"], ["warn", "warning"], ["fail", "critical"]]) {
    await client.agent.check[report]({ id: "service:worker", note: "seen " + status });
    await until(async () => (await statusOf("worker", "service:worker")) === status, status);
  }
  same((await client.agent.checks())["service:worker"].Output, "seen critical");
  await client.agent.check.register({ id: "more", name: "second", serviceid: "worker", ttl: "10m", status: "passing" });
  await until(async () => (await statusOf("worker", "more")) === "passing", "the second check");
  await client.agent.service.maintenance({ id: "worker", enable: true, reason: "away" });
  await until(async () => await statusOf("worker", "_service_maintenance:worker"), "the maintenance check");
  await client.agent.service.maintenance({ id: "worker", enable: false });
  await client.agent.check.deregister("more");
  await until(async () => (await client.health.checks("worker")).length === 1, "the checks to leave");
  same((await client.health.state("critical")).map((c) => c.CheckID), ["service:worker"]);
  await client.agent.service.deregister("worker");
  await until(async () => (await client.health.node(NODE)).length === 1, "the last check to leave");
  await assert.rejects(client.agent.check.pass("nobody"), /"nobody" does not have associated TTL/);
}

async function keys() {
  same(await client.kv.get("no/such"), undefined);
  same(await client.kv.set({ key: "app/a b:c", value: "value", flags: 42 }), true);
  const pair = await client.kv.get("app/a b:c");
  same([pair.Key, pair.Value, pair.Flags], ["app/a b:c", "value", 42]);
  same(await client.kv.set({ key: "app/binary", value: Buffer.from([0, 255]) }), true);
  same(await client.kv.get({ key: "app/binary", raw: true }), Buffer.from([0, 255]));
  same(await client.kv.set("app/empty", ""), true);
  same((await client.kv.get("app/empty")).Value, null);
  same(await client.kv.set({ key: "app/a b:c", value: "again", cas: 0 }), REFUSED);
  same(await client.kv.set({ key: "app/a b:c", value: "again", cas: pair.ModifyIndex }), true);
  same(await client.kv.set("app/sub/x", "1"), true);
  same((await client.kv.get({ key: "app/", recurse: true })).map((p) => p.Key),
    ["app/a b:c", "app/binary", "app/empty", "app/sub/x"]);
  same(await client.kv.keys({ key: "app/", separator: "/" }), ["app/a b:c", "app/binary", "app/empty", "app/sub/"]);
  same((await client.kv.get({ key: "app/a b:c", consistent: true })).Value, "again");
  same(await client.kv.del({ key: "app/a b:c", cas: 1 }), REFUSED);
  same(await client.kv.del({ key: "app/", recurse: true }), true);
  await assert.rejects(client.kv.keys("app/"), /not found/);
}

async function sessions() {
  const options = { name: "mine", ttl: "20s", behavior: "delete", lockdelay: "1s" };
  const { ID } = await client.session.create(options);
  const found = await client.session.info(ID);
  same([found.Name, found.Node, found.TTL, found.Behavior, found.LockDelay], ["mine", NODE, "20s", "delete", 1000000000]);
  same((await client.session.list()).map((s) => s.ID), [ID]);
  same((await client.session.node(NODE)).map((s) => s.ID), [ID]);
  same((await client.session.renew(ID))[0].ID, ID);
  await client.session.destroy(ID);
  same(await client.session.info(ID), undefined);
  await assert.rejects(client.session.renew(ID), /not found/);
}

async function locks() {
  const [first, second] = [await client.session.create(), await client.session.create({ behavior: "delete" })];
  same(await client.kv.set({ key: "lock", value: "first", acquire: first.ID }), true);
  same(await client.kv.set({ key: "lock", value: "second", acquire: second.ID }), REFUSED);
  const pair = await client.kv.get("lock");
  same([pair.Session, pair.LockIndex, pair.Value], [first.ID, 1, "first"]);
  same(await client.kv.set({ key: "lock", value: "", release: second.ID }), REFUSED);
  same(await client.kv.set({ key: "lock", value: "", release: first.ID }), true);
  same(await client.kv.set({ key: "lock", value: "second", acquire: second.ID }), true);
  await client.session.destroy(second.ID);
  same(await client.kv.get("lock"), undefined);
  // The lock delay of a session that ended without releasing keeps others out.
  same(await client.kv.set({ key: "lock", value: "late", acquire: first.ID }), REFUSED);
  await client.session.destroy(first.ID);
}

// The first change that is as wanted; each watch first reports how things are.
async function watched(method, options, change, wanted) {
  const watch = client.watch({ method, options, backofffactor: 10 });
  const reports = [];
  try {
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the watch saw " + JSON.stringify(reports))), 10000);
      watch.on("error", reject);
      watch.on("change", (data) => {
        reports.push(data);
        if (reports.length === 1) change().catch(reject);
        else if (wanted(data)) resolve(clearTimeout(late));
      });
    });
  } finally {
    watch.removeAllListeners("error"); // the request that waits ends with one
    watch.on("error", () => {});
    watch.end();
  }
  assert(!wanted(reports[0]), JSON.stringify(reports[0]));
}

async function watches() {
  await watched(client.kv.get.bind(client.kv), { key: "watched:key" },
    () => client.kv.set("watched:key", "new"), (pair) => pair?.Value === "new");
  await watched(client.health.service.bind(client.health), { service: "late:npm", passing: true },
    () => client.agent.service.register({ name: "late:npm", port: 9 }), (rows) => rows[0]?.Service.Port === 9);
  await watched(client.catalog.service.list.bind(client.catalog.service), { wait: "30s" },
    () => client.agent.service.deregister("late:npm"), (names) => !("late:npm" in names));
  await client.kv.del("watched:key");
}

async function transactions() {
  const operation = (Verb, Key, value, more) =>
    ({ KV: { Verb, Key, Value: value && Buffer.from(value).toString("base64"), ...more } });
  const done = await client.transaction.create([operation("set", "t/a", "1"), operation("get", "t/a")]);
  same([done.Errors, done.Results.length], [null, 2]);
  same(Buffer.from(done.Results[1].KV.Value, "base64").toString(), "1");
  const refused = [operation("set", "t/b", "2"), operation("cas", "t/a", "9", { Index: 1 })];
  await assert.rejects(client.transaction.create(refused), (error) => error.response.statusCode === 409);
  same(await client.kv.get("t/b"), undefined);
  same((await client.transaction.create([operation("delete-tree", "t/")])).Errors, null);
}

async function queries() {
  await client.agent.service.register({ id: "found:1", name: "found", port: 7, tags: ["a"] });
  await until(async () => (await client.catalog.service.nodes("found")).length === 1, "the instance");
  const service = { service: "found", tags: ["a"], onlypassing: true, failover: { nearestn: 2, datacenters: ["dc2"] } };
  const { ID } = await client.query.create({ name: "find", service, dns: { ttl: "10s" } });
  const query = await client.query.get(ID);
  same([query.Name, query.Service.OnlyPassing, query.Service.Failover.NearestN, query.DNS.TTL], ["find", true, 2, "10s"]);
  same((await client.query.list()).map((q) => q.ID), [ID]);
  same((await client.query.execute("find")).Nodes.map((row) => row.Service.ID), ["found:1"]);
  await client.query.update({ query: ID, name: "find", service: { service: "found", tags: ["b"] } });
  same((await client.query.execute(ID)).Nodes, []);
  const template = { type: "name_prefix_match", regexp: "^all-(.+)$" };
  const all = await client.query.create({ name: "all-", template, service: { service: "${match(1)}" } });
  same((await client.query.execute("all-found")).Nodes.length, 1);
  for (const id of [ID, all.ID]) await client.query.destroy(id);
  same(await client.query.list(), []);
  await client.agent.service.deregister("found:1");
}

async function main(tests) {
  assert(await client.status.leader());
  same((await client.agent.self()).Config.NodeName, NODE);
  for (const test of tests) {
    console.log(test.name);
    await test();
  }
  client.destroy();
}

main([registration, checks, keys, sessions, locks, watches, transactions, queries]).catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
