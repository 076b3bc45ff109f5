#include "agent/prepared_query/query_execution.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/liveness_overlay.hpp"

namespace weft::agent {
namespace {

constexpr const char* kId = "11111111-2222-3333-4444-55555555555a";

// Instances db of n1 (passing, master), n2 (warning, slave) and n3 (critical, slave).
class QueryExecution : public ::testing::Test {
protected:
    QueryExecution() {
        add("n1", "10.0.0.1", "master", Status::Passing);
        add("n2", "10.0.0.2", "Slave", Status::Warning);
        add("n3", "10.0.0.3", "slave", Status::Critical);
        service_.service = "db";
    }

    void add(const char* node, const char* address, const char* tag, Status status) {
        RegisterCommand command;
        command.node.name = node;
        command.node.address = address;
        command.node.meta = TextMap{{"zone", node}};
        command.service.emplace();
        command.service->name = "db";
        command.service->id = "db";
        command.service->tags = TextList{tag, "all"};
        command.service->meta = TextMap{{"on", node}};
        command.checks.emplace_back().id = std::string("check-") + node;
        command.checks.back().service_id = "db";
        command.checks.back().status = status;
        apply(command);
    }

    void apply(const Command& command) {
        EXPECT_FALSE(catalog_.apply(Index(++index_), command).refusal);
    }

    void create(const PreparedQueryRow& row) {
        apply(PreparedQueryCommand{PreparedQueryVerb::Create, row});
    }

    View view() const { return liveness_.over(catalog_.view()); }

    std::string nodes(QueriedInstances which = QueriedInstances::AsStored) const {
        std::string names;
        const View current = view();
        for (const QueriedInstance& each : find_instances(current, service_, which))
            names += each.instance.node->name.str() + " ";
        return names;
    }

    Catalog catalog_;
    LivenessBook liveness_;
    QueryService service_;
    std::uint64_t index_ = 0;
};

TEST_F(QueryExecution, CriticalInstancesAreLeftOut) {
    EXPECT_EQ(nodes(), "n1 n2 ");
    service_.only_passing = true;
    EXPECT_EQ(nodes(), "n1 ");
}

TEST_F(QueryExecution, IgnoredChecksDoNotCount) {
    service_.ignore_check_ids = TextList{"check-n3"};
    EXPECT_EQ(nodes(), "n1 n2 n3 ");
    service_.only_passing = true;
    EXPECT_EQ(nodes(), "n1 n3 ");
}

TEST_F(QueryExecution, TagsAreWantedOrNot) {
    service_.tags = TextList{"ALL", "slave"};
    EXPECT_EQ(nodes(), "n2 ");
    service_.tags = TextList{"!SLAVE"};
    EXPECT_EQ(nodes(), "n1 ");
    service_.tags = TextList{"all", "!all"};
    EXPECT_EQ(nodes(), "");
}

TEST_F(QueryExecution, MetadataMustBeEqual) {
    service_.node_meta = TextMap{{"zone", "n2"}};
    EXPECT_EQ(nodes(), "n2 ");
    service_.service_meta = TextMap{{"on", "n1"}};
    EXPECT_EQ(nodes(), "");
    service_.node_meta = {};
    EXPECT_EQ(nodes(), "n1 ");
}

TEST_F(QueryExecution, ConnectInstancesAreAskedForByEither) {
    RegisterCommand proxy;
    proxy.node.name = "n4";
    proxy.node.address = "10.0.0.4";
    proxy.service.emplace();
    proxy.service->name = "db-proxy";
    proxy.service->kind = "connect-proxy";
    ProxyRow row;
    row.destination_service_name = "db";
    proxy.service->proxy = row;
    apply(proxy);
    EXPECT_EQ(nodes(QueriedInstances::Connect), "n4 ");
    service_.connect = true;
    EXPECT_EQ(nodes(), "n4 ");
}

TEST_F(QueryExecution, NodesThatAreNotThereAreLeftOutUnlessTheirCheckIsIgnored) {
    liveness_.hold(catalog_.view(), {{"n1", Liveness::Absent}});
    EXPECT_EQ(nodes(), "n2 ");
    service_.ignore_check_ids = TextList{"serfHealth"};
    EXPECT_EQ(nodes(), "n1 n2 ");
}

TEST_F(QueryExecution, IdsGoBeforeNamesAndTemplatesHaveOnlyNames) {
    PreparedQueryRow row;
    row.id = kId;
    row.name = "geo-";
    row.name_template.type = "name_prefix_match";
    row.service.service = "${name.suffix}";
    create(row);
    EXPECT_EQ(resolve_query(view(), "geo-db").value().service.service, "db");
    EXPECT_EQ(resolve_query(view(), "geo-db").value().name, "geo-");
    EXPECT_EQ(resolve_query(view(), kId).error().message(),
              "prepared query templates can only be resolved up by name, not by ID");
    for (const std::string& unknown :
         {std::string(), std::string("ge"), "geo-" + std::string(600, 'x')}) {
        const auto found = resolve_query(view(), unknown);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, make_error_code(Errc::NotFound));
        EXPECT_EQ(found.error().message(), "Query not found");
    }
    row.id = "22222222-2222-3333-4444-55555555555a";
    row.name = "33333333-2222-3333-4444-55555555555a";
    row.name_template = {};
    create(row);
    EXPECT_EQ(resolve_query(view(), row.id).value().id, row.id);
    EXPECT_EQ(resolve_query(view(), row.name).value().id, row.id);
}

TEST_F(QueryExecution, TheNearNodeIsTheRequestsOrTheQuerys) {
    service_.near = "n2";
    EXPECT_EQ(near_node(view(), service_, {}), "n2");
    EXPECT_EQ(near_node(view(), service_, {.near = "n1", .agent_node = {}, .address = {}}), "n1");
    const QuerySource asked{.near = {}, .agent_node = "n3", .address = "10.0.0.1"};
    service_.near = "_agent";
    EXPECT_EQ(near_node(view(), service_, asked), "n3");
    service_.near = "_ip";
    EXPECT_EQ(near_node(view(), service_, asked), "n1");
    EXPECT_EQ(near_node(view(), service_, {.near = {}, .agent_node = "n3", .address = "10.9.9.9"}),
              "");
    EXPECT_EQ(near_node(view(), service_, {}), "");
}

TEST_F(QueryExecution, NearInstancesComeFirstOthersInRandomOrder) {
    Coordinates places;
    const std::pair<const char*, double> nodes_at[] = {{"n1", 0.0}, {"n2", 0.5}, {"n3", 0.1}};
    for (const auto& [node, place] : nodes_at) {
        places.nodes.push_back({node, {}});
        places.nodes.back().coordinate.vector[0] = place;
    }
    service_.ignore_check_ids = TextList{"check-n3"};
    const View current = view();
    const auto order = [&](std::string_view near, Rng& rng) {
        auto found = find_instances(current, service_, QueriedInstances::AsStored);
        order_instances(found, near, places, rng);
        std::string names;
        for (const QueriedInstance& each : found) names += each.instance.node->name.str();
        return names;
    };
    Rng rng(1);
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(order("n1", rng), "n1n3n2");
        EXPECT_EQ(order("N2", rng), "n2n3n1");
        EXPECT_EQ(order("unknown", rng).size(), 6U);
        seen.insert(order("", rng));
    }
    EXPECT_EQ(seen.size(), 6U);
}

}  // namespace
}  // namespace weft::agent
