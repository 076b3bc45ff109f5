#include <gmock/gmock.h>

#include "api/http/endpoints.hpp"
#include "tests/unit/api/http/endpoint_fixture.hpp"
#include "tests/unit/api/http/server_fixture.hpp"

// What the recordings of internal/ui/* do not show; the expected answers are those of Consul 1.8.7
// to the same registrations.
namespace weft::api::testing {
namespace {

using ::testing::HasSubstr;

class Overview : public ::testing::Test {
protected:
    Overview() {
        add(R"({"Node":"n2","Address":"10.0.0.2"})");
        add(R"({"Node":"N1","Address":"10.0.0.1","Service":{"Service":"web","Tags":["b","a"],)"
            R"("Meta":{"external-source":"nomad"}},"Checks":[)"
            R"({"CheckID":"nodecheck","Status":"warning"},)"
            R"({"CheckID":"web1","ServiceID":"web","Status":"critical"}]})");
        add(R"({"Node":"N1","Address":"10.0.0.1","Service":{"ID":"web2","Service":"web",)"
            R"("Tags":["c","a"]},"Check":{"CheckID":"web2","ServiceID":"web2","Status":"passing"}})");
        add(R"({"Node":"a0","Address":"10.0.0.3","Service":{"Service":"Web"}})");
        for (const char* proxy : {"a0", "n2"}) {
            add(std::string(R"({"Node":")") + proxy +
                R"(","SkipNodeUpdate":true,"Service":{"Kind":"connect-proxy","ID":"p",)"
                R"("Service":"web-proxy","Port":1,"Proxy":{"DestinationServiceName":"web"}}})");
        }
        add(R"({"Node":"n2","Address":"10.0.0.2","Service":{"Service":"db",)"
            R"("Meta":{"external-source":"kubernetes"}}})");
        add(R"({"Node":"a0","Address":"10.0.0.3","Service":{"Service":"db",)"
            R"("Meta":{"external-source":"aws"}}})");
    }

    void add(std::string body) {
        const auto added = fixture_.call("PUT /v1/catalog/register", std::move(body));
        ASSERT_EQ(added->status, 200) << added->body;
    }
    std::string get(const std::string& rest) {
        return fixture_.body_of("GET /v1/internal/ui/" + rest);
    }
    // The values of one member, wherever it stands.
    std::string all(const std::string& rest, const std::string& name) {
        const std::string body = get(rest);
        const std::string key = "\"" + name + "\":\"";
        std::string values;
        for (std::size_t i = body.find(key); i != body.npos; i = body.find(key, i + 1)) {
            const std::size_t begin = i + key.size();
            values += body.substr(begin, body.find('"', begin) - begin) + " ";
        }
        return values;
    }

    EndpointFixture fixture_;
};

std::string summary(const std::string& name, const std::string& rest) {
    return "\"Name\":\"" + name + "\"," + rest;
}

TEST_F(Overview, ServicesAreCountedTogether) {
    const std::string body = get("services");
    EXPECT_THAT(body, HasSubstr("[{" + summary("Web", R"("Tags":null,"Nodes":["a0"],)"
                                                      R"("InstanceCount":1,"ChecksPassing":0,)"
                                                      R"("ChecksWarning":0,"ChecksCritical":0,)"
                                                      R"("ExternalSources":null,)"
                                                      R"("GatewayConfig":{}},)")));
    EXPECT_THAT(body, HasSubstr(summary("db", R"("Tags":null,"Nodes":["a0","n2"],)"
                                              R"("InstanceCount":2,"ChecksPassing":0,)"
                                              R"("ChecksWarning":0,"ChecksCritical":0,)"
                                              R"("ExternalSources":["aws","kubernetes"],)")));
    EXPECT_THAT(body, HasSubstr(summary("web", R"("Tags":["a","b","c"],"Nodes":["N1","N1"],)"
                                               R"("InstanceCount":2,"ChecksPassing":1,)"
                                               R"("ChecksWarning":2,"ChecksCritical":1,)"
                                               R"("ExternalSources":["nomad"],)")));
    EXPECT_THAT(body, HasSubstr(R"({"Kind":"connect-proxy",)" +
                                summary("web-proxy", R"("Tags":null,"Nodes":["a0","n2"],)"
                                                     R"("InstanceCount":2,"ProxyFor":["web"],)")));
}

TEST_F(Overview, FiltersSelectInstances) {
    EXPECT_EQ(all("services?filter=Service.Service==web", "Name"), "web ");
    EXPECT_EQ(all("services?filter=Node.Node==n2+and+Checks+is+empty", "Name"), "db web-proxy ");
    const auto wrong = fixture_.call("GET /v1/internal/ui/services?filter=bogus==x");
    EXPECT_EQ(wrong->status, 500);
    EXPECT_THAT(wrong->body, HasSubstr("Selector \"bogus\" is not valid"));
}

TEST_F(Overview, FiltersSelectNodes) {
    const auto nodes = [&](const std::string& filter) {
        const std::string body = get("nodes?filter=" + filter);
        std::string names;
        for (const char* node : {"a0", "golden", "N1", "n2"}) {
            if (body.find("\"ID\":\"\",\"Node\":\"" + std::string(node) + "\",\"Address") !=
                body.npos)
                names += node + std::string(" ");
        }
        return names;
    };
    EXPECT_EQ(nodes("Node==n2"), "n2 ");
    EXPECT_EQ(nodes("Services.Service==web"), "N1 ");
    EXPECT_EQ(nodes("Checks.Status==critical"), "N1 ");
    EXPECT_EQ(nodes("Checks+is+empty"), "a0 n2 ");
    EXPECT_EQ(nodes("Services.Port==1"), "a0 n2 ");
    EXPECT_EQ(fixture_.call("GET /v1/internal/ui/nodes?filter=Datacenter==dc1")->status, 500);
}

TEST_F(Overview, ANodeIsShownWithItsServicesAndChecks) {
    EXPECT_THAT(get("node/n1"),
                ::testing::StartsWith(
                    R"({"ID":"","Node":"N1","Address":"10.0.0.1","TaggedAddresses":null,)"
                    R"("Meta":null,"Services":[{"ID":"web","Service":"web","Tags":["b","a"],)"));
    EXPECT_EQ(all("node/N1", "CheckID"), "nodecheck web1 web2 ");
    EXPECT_EQ(all("node/N1?filter=(", "CheckID"), "nodecheck web1 web2 ") << "no filter here";
    EXPECT_THAT(get("node/a0"), HasSubstr(R"("Service":"db","Tags":null,)"));
    EXPECT_THAT(get("node/a0"), HasSubstr(R"("Checks":[]})"));
    EXPECT_EQ(fixture_.call("GET /v1/internal/ui/node/none")->status, 404);
    const auto missing = fixture_.call("GET /v1/internal/ui/node/");
    EXPECT_EQ(missing->status, 400);
    EXPECT_EQ(missing->body, "Missing node name");
}

TEST_F(Overview, TheWholeIsAsWellAsTheWorstOfItsChecks) {
    EXPECT_EQ(get("catalog-overview"),
              R"({"Nodes":[{"Total":4,"Passing":3,"Warning":1,"Critical":0}],"Services":[)"
              R"({"Name":"Web","Total":1,"Passing":1,"Warning":0,"Critical":0},)"
              R"({"Name":"consul","Total":1,"Passing":1,"Warning":0,"Critical":0},)"
              R"({"Name":"db","Total":2,"Passing":2,"Warning":0,"Critical":0},)"
              R"({"Name":"web","Total":2,"Passing":1,"Warning":0,"Critical":1},)"
              R"({"Name":"web-proxy","Total":2,"Passing":2,"Warning":0,"Critical":0}],"Checks":[)"
              R"({"Total":3,"Passing":1,"Warning":1,"Critical":1},)"
              R"({"Name":"Serf Health Status","Total":1,"Passing":1,"Warning":0,"Critical":0}]})");
}

// ---- waiting

class OverviewWait : public ::testing::Test {
protected:
    std::vector<Route> routes() {
        std::vector<Route> routes;
        add_ui_routes(routes,
                      std::make_shared<const Endpoints>(Endpoints{
                          fixture_.catalog, fixture_.catalog, fixture_.sessions, fixture_.snapshots,
                          fixture_.local, fixture_.ring, fixture_.control, fixture_.timers,
                          [](const std::function<void()>& work) { work(); }, AgentFacts{}}));
        return routes;
    }

    EndpointFixture fixture_;
    TestServer server_{routes(), TestServer::local()};
};

TEST_F(OverviewWait, ANodeWakesByItselfAlone) {
    const auto node = [&](const std::string& name, agent::Status status) {
        agent::RegisterCommand command;
        command.node.name = name;
        command.node.address = "10.0.0.1";
        agent::CheckRow check;
        check.id = "up";
        check.status = status;
        command.checks.push_back(check);
        return server_.apply(command);
    };
    node("one", agent::Status::Passing);
    const std::uint64_t index = node("two", agent::Status::Passing);
    RawClient one = server_.connect();
    one.get("/v1/internal/ui/node/one?wait=20s&index=" + std::to_string(index));
    RawClient missing = server_.connect();
    missing.get("/v1/internal/ui/node/three?wait=20s&index=" + std::to_string(index));
    RawClient all = server_.connect();
    all.get("/v1/internal/ui/nodes?wait=20s&index=" + std::to_string(index));
    server_.wait_until_waiting(3);
    const std::uint64_t changed = node("two", agent::Status::Critical);
    const auto answer = all.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("X-Consul-Index"), std::to_string(changed));
    EXPECT_TRUE(one.is_silent());
    node("three", agent::Status::Passing);
    const auto found = missing.answer();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->status, 200);
    EXPECT_TRUE(one.is_silent());
    const std::uint64_t last = node("one", agent::Status::Warning);
    const auto woken = one.answer();
    ASSERT_TRUE(woken);
    EXPECT_EQ(woken->header("X-Consul-Index"), std::to_string(last));
}

}  // namespace
}  // namespace weft::api::testing
