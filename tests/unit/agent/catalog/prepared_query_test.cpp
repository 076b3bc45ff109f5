#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/prepared_queries_table.hpp"
#include "tests/unit/agent/catalog/rendering.hpp"

namespace weft::agent {
namespace {

constexpr const char* kSession = "11111111-2222-3333-4444-55555555555a";

std::string id_of(std::size_t number) {
    return fmt::format("00000000-0000-0000-0000-{:012}", number);
}

PreparedQueryCommand creation(std::size_t number, SharedText name) {
    PreparedQueryCommand command;
    command.query.id = id_of(number);
    command.query.name = std::move(name);
    command.query.service.service = "db";
    return command;
}

PreparedQueryCommand template_creation(std::size_t number, SharedText name) {
    PreparedQueryCommand command = creation(number, std::move(name));
    command.query.name_template.type = "name_prefix_match";
    return command;
}

class PreparedQueryTest : public ::testing::Test {
protected:
    ApplyOutcome apply(const Command& command) { return catalog_.apply(Index(++index_), command); }

    std::string found(std::string_view name) {
        const PreparedQueryRow* row = catalog_.view().prepared_query_for(name);
        return row ? row->name.str() : "none";
    }

    std::vector<StoredRecord> records() {
        std::vector<StoredRecord> all;
        Catalog::export_records(catalog_.view(),
                                [&](const StoredRecord& record) { all.push_back(record); });
        return all;
    }

    Catalog catalog_;
    std::uint64_t index_ = 0;
};

TEST_F(PreparedQueryTest, ANameMeansTheQueryOrTheTemplateWithTheLongestBeginning) {
    apply(template_creation(1, "geo-"));
    apply(template_creation(2, "GEO-db-"));
    apply(creation(3, "geo-db-main"));
    apply(creation(4, "geo-x"));
    catalog_.check_invariants();
    EXPECT_EQ(found("geo-web"), "geo-");
    EXPECT_EQ(found("Geo-"), "geo-");
    EXPECT_EQ(found("geo-db-2"), "GEO-db-");
    EXPECT_EQ(found("GEO-DB-MAIN"), "geo-db-main");
    EXPECT_EQ(found("geo-xy"), "geo-") << "only templates answer for longer names";
    EXPECT_EQ(found("geo"), "none");
    EXPECT_EQ(found(""), "none");
    apply(template_creation(5, ""));
    EXPECT_EQ(found("anything"), "");
    EXPECT_EQ(found("geo-web"), "geo-");
}

TEST_F(PreparedQueryTest, LongNamesHaveALimit) {
    const std::string longest(kMaxQueryNameBytes, 'x');
    EXPECT_FALSE(apply(template_creation(1, longest)).refusal);
    EXPECT_EQ(found(longest + "y"), longest);
    const auto refused = apply(creation(2, longest + "y"));
    ASSERT_TRUE(refused.refusal);
    EXPECT_EQ(refused.refusal->context, "Name of a prepared query is too long (513 > 512 bytes)");
}

TEST_F(PreparedQueryTest, SoHasTheirNumber) {
    for (std::size_t i = 0; i < kMaxPreparedQueries; ++i)
        ASSERT_FALSE(apply(creation(i, fmt::format("q{}", i))).refusal);
    const auto refused = apply(creation(kMaxPreparedQueries, "one more"));
    ASSERT_TRUE(refused.refusal);
    EXPECT_EQ(refused.refusal->code, make_error_code(Errc::Limit));
    PreparedQueryCommand removal = creation(7, {});
    removal.verb = PreparedQueryVerb::Delete;
    EXPECT_FALSE(apply(removal).refusal);
    EXPECT_FALSE(apply(creation(kMaxPreparedQueries, "one more")).refusal);
    catalog_.check_invariants();
}

TEST_F(PreparedQueryTest, AllFieldsAreKept) {
    PreparedQueryCommand command = creation(1, "all");
    PreparedQueryRow& row = command.query;
    row.token = "token";
    row.name_template = {"name_prefix_match", "^all(.*)$", true};
    row.service.failover = {3, TextList{"dc2", "dc3"}};
    row.service.only_passing = true;
    row.service.ignore_check_ids = TextList{"c"};
    row.service.near = "_agent";
    row.service.tags = TextList{};
    row.service.node_meta = TextMap{{"a", "b"}};
    row.service.service_meta = TextMap{};
    row.service.connect = true;
    row.dns_ttl = "10s";
    const std::string bytes = encode(command);
    const auto decoded = decode_command(std::as_bytes(std::span(bytes)));
    ASSERT_TRUE(decoded);
    apply(decoded.value());
    Catalog copy;
    ASSERT_TRUE(copy.begin_import());
    for (const StoredRecord& record : records()) ASSERT_TRUE(copy.import_record(record));
    ASSERT_TRUE(copy.finish_import(Index(index_), catalog_.view().digest()));
    const View view = copy.view();
    const PreparedQueryRow* kept = view.prepared_query(row.id);
    ASSERT_TRUE(kept);
    EXPECT_TRUE(kept->same_content(row));
    EXPECT_FALSE(kept->service.tags.is_null());
    EXPECT_FALSE(kept->service.service_meta.is_null());
    EXPECT_EQ(kept->create_index, Index(1));
}

TEST_F(PreparedQueryTest, ImportRefusesWhatCannotBe) {
    RegisterCommand node;
    node.node.name = "n1";
    node.node.address = "10.0.0.1";
    apply(node);
    SessionCreateCommand session;
    session.session.id = kSession;
    session.session.node = "n1";
    apply(session);
    PreparedQueryCommand bound = creation(1, "a");
    bound.query.session = kSession;
    apply(bound);
    const auto stored = records();
    ASSERT_EQ(stored.size(), 4U);  // node, session, query, globals
    Catalog copy;
    ASSERT_TRUE(copy.begin_import());
    EXPECT_FALSE(copy.import_record(stored[2])) << "before its session";
    ASSERT_TRUE(copy.import_record(stored[0]));
    ASSERT_TRUE(copy.import_record(stored[1]));
    EXPECT_FALSE(
        copy.import_record({record_key(TableTag::PreparedQueries, id_of(2)), stored[2].value}));
    ASSERT_TRUE(copy.import_record(stored[2]));
    EXPECT_FALSE(copy.import_record(stored[2])) << "twice";

    Catalog other;
    other.apply(Index(1), creation(2, "A"));
    Catalog::export_records(other.view(), [&](const StoredRecord& record) {
        if (record.key.front() == static_cast<char>(TableTag::PreparedQueries)) {
            EXPECT_FALSE(copy.import_record(record)) << "of a name that another has";
        }
    });
}

}  // namespace
}  // namespace weft::agent
