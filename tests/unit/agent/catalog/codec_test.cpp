#include <gtest/gtest.h>

#include <msgpack.hpp>
#include <set>

#include "agent/base/rng.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/msgpack_reader.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/stored_value.hpp"
#include "tests/unit/agent/catalog/random_commands.hpp"

namespace weft::agent {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

RegisterCommand full_registration() {
    RegisterCommand command;
    NodeRow& node = command.node;
    node.name = "n1";
    node.id = "11111111-2222-3333-4444-555555555555";
    node.address = "10.0.0.1";
    node.tagged_addresses = TextMap{{"lan", "10.0.0.1"}, {"wan", "192.0.2.1"}};
    node.meta = TextMap{};
    command.skip_node_update = true;
    ServiceRow& service = command.service.emplace();
    service.id = "web-1";
    service.name = "web";
    service.kind = "connect-proxy";
    service.tags = TextList{"a", "b"};
    service.address = "10.0.0.2";
    service.tagged_addresses = ServiceAddressMap{{"lan", {"10.0.0.2", 80}}};
    service.meta = TextMap{{"k", "v"}};
    ProxyRow proxy;
    proxy.destination_service_name = "db";
    proxy.config_json = "{\"a\":1}";
    proxy.upstreams.emplace_back().destination_name = "cache";
    proxy.expose_paths.emplace_back().path = "/metrics";
    service.proxy = proxy;
    service.port = -1;
    service.weight_passing = 0;
    service.weight_warning = 65535;
    service.enable_tag_override = true;
    CheckRow& check = command.checks.emplace_back();
    check.id = "c1";
    check.name = "check";
    check.output = std::string(70'000, 'x');
    check.service_id = "web-1";
    check.status = Status::Passing;
    CheckDefinitionRow definition;
    definition.http = "http://10.0.0.1/";
    definition.header = {{"Accept", {"a", "b"}}};
    definition.interval_ns = 5'000'000'000;
    check.definition = definition;
    return command;
}

void expect_equal(const RegisterCommand& a, const RegisterCommand& b) {
    EXPECT_TRUE(a.node.same_content(b.node));
    EXPECT_EQ(a.skip_node_update, b.skip_node_update);
    ASSERT_EQ(a.service.has_value(), b.service.has_value());
    EXPECT_TRUE(!a.service || a.service->same_content(*b.service));
    ASSERT_EQ(a.checks.size(), b.checks.size());
    for (std::size_t i = 0; i < a.checks.size(); ++i)
        EXPECT_TRUE(a.checks[i].same_content(b.checks[i]));
}

TEST(CommandCodec, EveryFieldComesBack) {
    const RegisterCommand command = full_registration();
    const auto decoded = decode_command(bytes(encode(command)));
    ASSERT_TRUE(decoded) << decoded.error().context;
    expect_equal(command, std::get<RegisterCommand>(decoded.value()));
    EXPECT_FALSE(std::get<RegisterCommand>(decoded.value()).node.meta.is_null());
    EXPECT_EQ(encode(decoded.value()), encode(command));
}

// Grows one list of a full command to the limit, and one element beyond it.
template <class Grow>
void expect_bounded(Grow grow) {
    for (const std::size_t size : {std::size_t{kMaxListedRows}, std::size_t{kMaxListedRows} + 1}) {
        RegisterCommand command = full_registration();
        grow(command, size);
        const bool fits = check_limits(command).has_value();
        EXPECT_EQ(fits, size == kMaxListedRows);
        EXPECT_EQ(decode_command(bytes(encode(command))).has_value(), fits);
    }
}

TextMap many_pairs(std::size_t size) {
    TextMap map;
    for (std::size_t i = 0; i < size; ++i) map.emplace_back(std::to_string(1'000'000 + i), "x");
    return map;
}

TEST(CommandCodec, WhatPassesTheLimitsComesBack) {
    expect_bounded([](RegisterCommand& command, std::size_t size) { command.checks.resize(size); });
    expect_bounded(
        [](RegisterCommand& command, std::size_t size) { command.node.meta = many_pairs(size); });
    expect_bounded([](RegisterCommand& command, std::size_t size) {
        command.service->meta = many_pairs(size);
    });
    expect_bounded([](RegisterCommand& command, std::size_t size) {
        ProxyRow proxy;
        proxy.upstreams.resize(size);
        command.service->proxy = std::move(proxy);
    });
    expect_bounded([](RegisterCommand& command, std::size_t size) {
        CheckDefinitionRow definition;
        for (const auto& [name, value] : many_pairs(size))
            definition.header.push_back({name, {value}});
        command.checks.back().definition = std::move(definition);
    });
    PreparedQueryCommand query;
    query.query.service.tags = TextList(60'000);
    EXPECT_TRUE(check_limits(query)) << "texts are their bytes and little more";
    EXPECT_TRUE(decode_command(bytes(encode(query))));
    EXPECT_TRUE(check_limits(DeregisterCommand{}));
}

// Answers repeat the tags of a service with each of its checks.
TEST(CommandCodec, TagsAreBounded) {
    RegisterCommand command = full_registration();
    command.service->tags = TextList(1024, SharedText(std::string(64, 'x')));
    EXPECT_TRUE(check_limits(command));
    command.service->tags = TextList(1025);
    EXPECT_EQ(check_limits(command).error().context,
              "Service \"web\": Too many tags: 1025, the limit is 1024");
    command.service->tags = TextList(2, SharedText(std::string(32'769, 'x')));
    const auto large = check_limits(command);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, make_error_code(Errc::Limit));
    EXPECT_EQ(large.error().context,
              "Service \"web\": Tags are too large: 65538 bytes together, the limit is 65536");

    TransactionCommand transaction;
    transaction.operations.emplace_back().service = {RowVerb::Set, *command.service};
    EXPECT_EQ(check_limits(transaction).error().context, large.error().context);
}

TEST(CommandCodec, DeregistrationComesBack) {
    DeregisterCommand command;
    command.node = "n";
    command.check_id = "c";
    const auto decoded = decode_command(bytes(encode(command)));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(std::get<DeregisterCommand>(decoded.value()).check_id, "c");
}

TEST(CommandCodec, EveryKindComesBack) {
    RandomCommands commands(5);
    std::set<std::size_t> kinds;
    for (int i = 0; i < 500; ++i) {
        const Command command = commands.next();
        kinds.insert(command.index());
        const std::string encoded = encode(command);
        const auto decoded = decode_command(bytes(encoded));
        ASSERT_TRUE(decoded) << decoded.error().context;
        EXPECT_EQ(decoded.value().index(), command.index());
        EXPECT_EQ(encode(decoded.value()), encoded);
    }
    // All but four, of which restore_test.cpp and config_entries_test.cpp say the same.
    EXPECT_EQ(kinds.size() + 4, std::variant_size_v<Command>);
}

TEST(CommandCodec, EveryFieldOfASessionComesBack) {
    SessionCreateCommand command;
    SessionRow& row = command.session;
    row.id = "11111111-2222-3333-4444-555555555555";
    row.name = "n";
    row.node = "n1";
    row.lock_delay_ns = 15'000'000'000;
    row.behavior = SessionBehavior::Delete;
    row.ttl = "90s";
    row.node_checks = TextList{};
    row.service_checks = std::vector<SessionServiceCheck>{{"web", "default"}};
    const auto decoded = decode_command(bytes(encode(command)));
    ASSERT_TRUE(decoded);
    const SessionRow& back = std::get<SessionCreateCommand>(decoded.value()).session;
    EXPECT_EQ(back.id, row.id);
    EXPECT_EQ(back.name, row.name);
    EXPECT_EQ(back.node, row.node);
    EXPECT_EQ(back.lock_delay_ns, row.lock_delay_ns);
    EXPECT_EQ(back.behavior, row.behavior);
    EXPECT_EQ(back.ttl, row.ttl);
    EXPECT_FALSE(back.node_checks.is_null());
    EXPECT_EQ(back.service_checks, row.service_checks);
}

// Those whose default is not zero, too.
TEST(CommandCodec, EveryFieldOfAutopilotComesBack) {
    for (const bool flag : {false, true}) {
        AutopilotCommand command;
        AutopilotRow& row = command.configuration;
        row.cleanup_dead_servers = flag;
        row.last_contact_threshold_ns = flag ? 1 : 0;
        row.max_trailing_logs = flag ? ~std::uint64_t{0} : 0;
        row.min_quorum = flag ? 3 : 0;
        row.server_stabilization_time_ns = flag ? 2 : 0;
        row.redundancy_zone_tag = flag ? "zone" : "";
        row.disable_upgrade_migration = flag;
        row.upgrade_version_tag = flag ? "build" : "";
        if (flag) command.cas = Index(0);
        const auto decoded = decode_command(bytes(encode(command)));
        ASSERT_TRUE(decoded);
        const auto& back = std::get<AutopilotCommand>(decoded.value());
        EXPECT_TRUE(back.configuration.same_content(row));
        EXPECT_EQ(back.cas, command.cas);
    }
}

TEST(CommandCodec, KeysHaveAllOfTheirBytesAndFlags) {
    KvCommand command;
    command.operation = {.verb = KvVerb::Lock,
                         .key = std::string("a\0b", 3),
                         .value = std::string(512 * 1024, '\xff'),
                         .flags = ~std::uint64_t{0},
                         .session = "s",
                         .index = Index(~std::uint64_t{0})};
    command.time = UnixMillis(1'700'000'000'123);
    EXPECT_TRUE(check_limits(command));
    const auto decoded = decode_command(bytes(encode(command)));
    ASSERT_TRUE(decoded);
    const auto& back = std::get<KvCommand>(decoded.value());
    EXPECT_EQ(back.operation.key, command.operation.key);
    EXPECT_EQ(back.operation.value, command.operation.value);
    EXPECT_EQ(back.operation.flags, command.operation.flags);
    EXPECT_EQ(back.operation.index, command.operation.index);
    EXPECT_EQ(back.time, command.time);
}

TEST(CommandCodec, LimitsSpeakAsConsulDoes) {
    KvCommand command;
    command.operation.key = "a";
    command.operation.value = std::string(512 * 1024 + 1, 'x');
    const auto large = check_limits(command);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, make_error_code(Errc::Limit));
    EXPECT_EQ(large.error().context, "Value for key \"a\" is too large (524289 > 524288 bytes)");
    EXPECT_TRUE(check_limits(command, {.kv_value_bytes = 1'000'000}));

    TransactionCommand transaction;
    transaction.operations.resize(65);
    EXPECT_EQ(check_limits(transaction).error().context,
              "Transaction contains too many operations (65 > 64)");
    transaction.operations.resize(64);
    EXPECT_TRUE(check_limits(transaction));
    transaction.operations.back().kv = command.operation;
    EXPECT_FALSE(check_limits(transaction));
}

TEST(CommandCodec, IsMsgpackThatOthersRead) {
    const std::string encoded = encode(full_registration());
    const auto unpacked = msgpack::unpack(encoded.data(), encoded.size());
    ASSERT_EQ(unpacked.get().type, msgpack::type::ARRAY);
    ASSERT_EQ(unpacked.get().via.array.size, 3U);
    EXPECT_EQ(unpacked.get().via.array.ptr[1].as<std::string>(), "register");
    EXPECT_EQ(unpacked.get().via.array.ptr[2].type, msgpack::type::MAP);
}

TEST(CommandCodec, SkipsFieldsOfNewerPrograms) {
    msgpack::sbuffer buffer;
    msgpack::packer packer(buffer);
    packer.pack_array(3);
    packer.pack(1);
    packer.pack("deregister");
    packer.pack_map(5);
    packer.pack("new");
    packer.pack(std::map<std::string, std::vector<double>>{{"x", {1.5, 2}}, {"y", {}}});
    packer.pack("node");
    packer.pack("n1");
    packer.pack("binary");
    packer.pack_bin(3);
    packer.pack_bin_body("abc", 3);
    packer.pack("extension");
    packer.pack_ext(4, 1);
    packer.pack_ext_body("abcd", 4);
    packer.pack("service_id");
    packer.pack("s");
    const auto decoded = decode_command(bytes({buffer.data(), buffer.size()}));
    ASSERT_TRUE(decoded) << decoded.error().context;
    EXPECT_EQ(std::get<DeregisterCommand>(decoded.value()).node, "n1");
    EXPECT_EQ(std::get<DeregisterCommand>(decoded.value()).service_id, "s");
}

TEST(CommandCodec, TellsUnknownFromMalformed) {
    const auto code_of = [](auto version, const char* kind) {
        msgpack::sbuffer buffer;
        msgpack::pack(buffer, std::make_tuple(version, kind, std::map<std::string, int>()));
        return decode_command(bytes({buffer.data(), buffer.size()})).error().code;
    };
    EXPECT_EQ(code_of(2, "register"), make_error_code(Errc::Unsupported));
    EXPECT_EQ(code_of(1, "later"), make_error_code(Errc::Unsupported));
    EXPECT_EQ(code_of("1", "register"), make_error_code(Errc::Corrupt));
    EXPECT_EQ(decode_command({}).error().code, make_error_code(Errc::Corrupt));
}

TEST(CommandCodec, DamagedBytesNeverDoMoreThanFail) {
    Rng rng(17);
    RandomCommands commands(17);
    for (int round = 0; round < 20'000; ++round) {
        std::string encoded = encode(commands.next());
        for (std::uint64_t flips = rng.below(4); flips > 0; --flips) {
            encoded[rng.below(encoded.size())] = static_cast<char>(rng.next());
        }
        if (rng.below(3) == 0) encoded.resize(rng.below(encoded.size() + 1));
        const auto decoded = decode_command(bytes(encoded));
        if (decoded) {
            EXPECT_TRUE(decode_command(bytes(encode(decoded.value()))));
        }
    }
}

TEST(MsgpackReader, ClaimsWithoutBytesFail) {
    for (const std::string_view claim :
         {std::string_view("\xdd\xff\xff\xff\xff", 5), std::string_view("\xdf\x80\x00\x00\x00", 5),
          std::string_view("\xdb\xff\xff\xff\xff", 5), std::string_view("\x9f", 1)}) {
        MsgpackReader reader(claim);
        reader.skip();
        EXPECT_TRUE(reader.failed());
    }
    // A hundred thousand arrays in each other take no stack.
    const std::string deep(100'000, '\x91');
    MsgpackReader reader(deep);
    reader.skip();
    EXPECT_TRUE(reader.failed());
}

TEST(MsgpackReader, ReadsIntegersOfAllWidths) {
    const std::int64_t values[] = {
        0, 127, 128, -1, -32, -33, -129, 40'000, -40'000, 5'000'000'000, -5'000'000'000};
    for (const std::int64_t value : values) {
        msgpack::sbuffer buffer;
        msgpack::pack(buffer, value);
        MsgpackReader reader({buffer.data(), buffer.size()});
        EXPECT_EQ(reader.read_signed(), value);
        EXPECT_TRUE(!reader.failed() && reader.at_end());
    }
    msgpack::sbuffer buffer;
    msgpack::pack(buffer, ~std::uint64_t{0});
    MsgpackReader reader({buffer.data(), buffer.size()});
    EXPECT_EQ(reader.read_unsigned(), ~std::uint64_t{0});
    MsgpackReader narrow({buffer.data(), buffer.size()});
    narrow.read_signed();
    EXPECT_TRUE(narrow.failed());
}

TEST(StoredValue, MapsComeBackInOrder) {
    msgpack::sbuffer buffer;
    msgpack::packer packer(buffer);
    packer.pack_array(2);
    packer.pack(1);
    packer.pack_map(1);
    packer.pack("meta");
    packer.pack_map(3);
    for (const char* text : {"b", "1", "a", "2", "b", "3"}) packer.pack(text);
    const auto row = decode_value<NodeRow>({buffer.data(), buffer.size()});
    ASSERT_TRUE(row);
    EXPECT_EQ(row->meta, Shared<TextMap>(TextMap{{"a", "2"}, {"b", "1"}}));
}

TEST(RecordKey, EachPairHasOneKey) {
    const std::string_view texts[] = {"",
                                      "a",
                                      "A",
                                      "ab",
                                      std::string_view("\0", 1),
                                      std::string_view("\0\x01", 2),
                                      "\x01",
                                      "\xff",
                                      std::string_view("a\0\xff", 3)};
    std::map<std::string, std::string> seen;
    for (const std::string_view name : texts) {
        for (const std::string_view id : texts) {
            const std::string key = record_key(TableTag::Services, name, id);
            const auto parsed = parse_record_key(key);
            ASSERT_TRUE(parsed);
            EXPECT_EQ(parsed->id, id);
            EXPECT_EQ(record_key(parsed->tag, parsed->name, parsed->id), key);
            const auto [at, fresh] = seen.emplace(key, parsed->name + "|" + parsed->id);
            EXPECT_EQ(at->second, parsed->name + "|" + parsed->id);
        }
    }
    EXPECT_EQ(seen.size(), 8U * 9U);  // "a" and "A" are one name
    EXPECT_FALSE(parse_record_key(""));
    EXPECT_FALSE(
        parse_record_key("\x20"
                         "abc"));
}

}  // namespace
}  // namespace weft::agent
