#include "tests/unit/api/dns/dns_testing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace weft::api::testing {

namespace {

const std::map<std::string, unsigned>& types() {
    static const std::map<std::string, unsigned> table = {
        {"A", 1},    {"NS", 2},     {"CNAME", 5},  {"SOA", 6},   {"HINFO", 13}, {"MX", 15},
        {"PTR", 12}, {"TXT", 16},   {"AAAA", 28},  {"SRV", 33},  {"NAPTR", 35}, {"OPT", 41},
        {"DS", 43},  {"IXFR", 251}, {"AXFR", 252}, {"ANY", 255}, {"CAA", 257}};
    return table;
}

std::string type_name(unsigned type) {
    for (const auto& [name, number] : types())
        if (number == type) return name;
    return std::to_string(type);
}

void u16(Bytes& out, unsigned value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void name(Bytes& out, const std::string& text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t dot = std::min(text.find('.', at), text.size());
        if (dot > at) {
            out.push_back(static_cast<std::uint8_t>(dot - at));
            out.insert(out.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                       text.begin() + static_cast<std::ptrdiff_t>(dot));
        }
        at = dot + 1;
    }
    out.push_back(0);
}

class Reader {
public:
    explicit Reader(const Bytes& wire) : wire_(wire) {}

    unsigned u8() { return wire_.at(at_++); }
    unsigned u16() {
        const unsigned high = u8();
        return high << 8 | u8();
    }
    unsigned u32() {
        const unsigned high = u16();
        return high << 16 | u16();
    }
    std::string name() {
        std::string text;
        std::size_t at = at_;
        bool jumped = false;
        for (int hops = 0; hops < 128; ++hops) {
            const unsigned length = wire_.at(at);
            if (length >= 0xC0) {
                if (!jumped) at_ = at + 2;
                jumped = true;
                at = (length & 0x3F) << 8 | wire_.at(at + 1);
                continue;
            }
            ++at;
            if (length == 0) {
                if (!jumped) at_ = at;
                return text.empty() ? "." : text;
            }
            for (unsigned i = 0; i < length; ++i) text += static_cast<char>(wire_.at(at + i));
            text += '.';
            at += length;
        }
        throw std::out_of_range("compression loop");
    }
    std::string data(unsigned type, unsigned length) {
        const std::size_t end = at_ + length;
        std::string text;
        if (type == 1) {
            const unsigned a = u8(), b = u8(), c = u8(), d = u8();
            return fmt::format("{}.{}.{}.{}", a, b, c, d);
        }
        if (type == 28) {
            std::array<std::uint8_t, 16> bytes{};
            for (auto& byte : bytes) byte = static_cast<std::uint8_t>(u8());
            return IpAddress::v6(bytes).str();
        }
        if (type == 2 || type == 5 || type == 12) return name();
        if (type == 33) {
            const unsigned priority = u16(), weight = u16(), port = u16();
            return fmt::format("{} {} {} {}", priority, weight, port, name());
        }
        if (type == 6) {
            const std::string server = name(), mailbox = name();
            u32();
            const unsigned a = u32(), b = u32(), c = u32(), d = u32();
            return fmt::format("{} {} <serial> {} {} {} {}", server, mailbox, a, b, c, d);
        }
        if (type == 16) {
            while (at_ < end) {
                const unsigned part = u8();
                text += text.empty() ? "\"" : " \"";
                for (unsigned i = 0; i < part; ++i) text += static_cast<char>(u8());
                text += '"';
            }
            return text;
        }
        while (at_ < end) text += fmt::format("{:02x}", u8());
        return text;
    }
    std::size_t at() const { return at_; }

private:
    const Bytes& wire_;
    std::size_t at_ = 0;
};

void read_record(Reader& reader, Read& read, std::vector<std::string>& section) {
    const std::string owner = reader.name();
    const unsigned type = reader.u16();
    const unsigned record_class = reader.u16();
    const unsigned ttl = reader.u32();
    const unsigned length = reader.u16();
    const std::size_t end = reader.at() + length;
    if (type == 41) {
        read.has_edns = true;
        read.edns_rcode = ttl >> 24;
        while (reader.at() < end) {
            const unsigned code = reader.u16();
            const unsigned size = reader.u16();
            if (!read.edns_options.empty()) read.edns_options += ' ';
            read.edns_options += fmt::format("{}:{}", code, reader.data(0, size));
        }
    } else {
        if (record_class != 1) throw std::out_of_range("class");
        section.push_back(
            fmt::format("{} {} {} {}", owner, ttl, type_name(type), reader.data(type, length)));
    }
    if (reader.at() != end) throw std::out_of_range("record length");
}

}  // namespace

RecordType type_of(const std::string& name) {
    return static_cast<RecordType>(types().at(name));
}

Bytes packet_of(const Ask& ask) {
    Bytes out;
    u16(out, ask.id);
    u16(out, (ask.recursion_desired ? 0x0100u : 0u) | ask.opcode << 11);
    u16(out, 1);
    u16(out, 0);
    u16(out, 0);
    u16(out, ask.edns != 0 ? 1 : 0);
    name(out, ask.name);
    u16(out, static_cast<unsigned>(ask.type));
    u16(out, ask.record_class);
    if (ask.edns == 0) return out;
    out.push_back(0);
    u16(out, 41);
    u16(out, ask.edns);
    u16(out, ask.edns_version);
    u16(out, 0);
    u16(out, ask.subnet.empty() ? 0 : static_cast<unsigned>(4 + ask.subnet.size()));
    if (ask.subnet.empty()) return out;
    u16(out, 8);
    u16(out, static_cast<unsigned>(ask.subnet.size()));
    out.insert(out.end(), ask.subnet.begin(), ask.subnet.end());
    return out;
}

bool Read::has_flag(const std::string& flag) const {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

Read read_answer(const Bytes& wire) {
    static const std::vector<std::string> rcodes = {"NOERROR",  "FORMERR", "SERVFAIL",
                                                    "NXDOMAIN", "NOTIMP",  "REFUSED"};
    Reader reader(wire);
    Read read;
    read.size = wire.size();
    read.id = static_cast<std::uint16_t>(reader.u16());
    const unsigned flags = reader.u16();
    read.rcode = rcodes.at(flags & 15);
    const std::vector<std::pair<std::string, unsigned>> names = {{"qr", 0x8000}, {"aa", 0x0400},
                                                                 {"tc", 0x0200}, {"rd", 0x0100},
                                                                 {"ra", 0x0080}, {"cd", 0x0010}};
    for (const auto& [flag, bit] : names)
        if (flags & bit) read.flags.push_back(flag);
    const unsigned questions = reader.u16(), answers = reader.u16(), authority = reader.u16(),
                   additional = reader.u16();
    for (unsigned i = 0; i < questions; ++i) {
        const std::string asked = reader.name();
        const unsigned type = reader.u16();
        reader.u16();
        read.question.push_back(asked + " " + type_name(type));
    }
    for (unsigned i = 0; i < answers; ++i) read_record(reader, read, read.answer);
    for (unsigned i = 0; i < authority; ++i) read_record(reader, read, read.authority);
    for (unsigned i = 0; i < additional; ++i) read_record(reader, read, read.additional);
    if (reader.at() != wire.size()) throw std::out_of_range("bytes behind the message");
    read.answer_as_sent = read.answer;
    for (auto* section : {&read.answer, &read.authority, &read.additional})
        std::sort(section->begin(), section->end());
    return read;
}

std::span<const std::byte> as_bytes(const Bytes& bytes) {
    return std::as_bytes(std::span<const std::uint8_t>(bytes));
}

void TestCatalog::apply(const agent::Command& command) {
    const auto outcome = catalog_.apply(agent::Index{++index_}, command);
    if (outcome.refusal) throw std::runtime_error(outcome.refusal->message());
    liveness_.applied(catalog_.view(), catalog_.take_changed_watches());
}

void TestCatalog::node(const std::string& name, const std::string& address, agent::TextMap meta,
                       agent::TextMap tagged) {
    agent::RegisterCommand command;
    command.node.name = name;
    command.node.address = address;
    command.node.meta = std::move(meta);
    command.node.tagged_addresses = std::move(tagged);
    apply(command);
}

void TestCatalog::service(const Service& service) {
    agent::RegisterCommand command;
    command.node.name = service.node;
    command.skip_node_update = true;
    agent::ServiceRow row;
    row.id = service.id.empty() ? service.name : service.id;
    row.name = service.name;
    row.address = service.address;
    row.port = service.port;
    row.tags = agent::TextList(service.tags.begin(), service.tags.end());
    row.weight_passing = service.weight_passing;
    row.weight_warning = service.weight_warning;
    command.service = row;
    agent::CheckRow check;
    check.id = "check:" + row.id.str();
    check.name = "check";
    check.service_id = row.id;
    check.status = service.status;
    command.checks.push_back(check);
    apply(command);
}

void TestCatalog::check(const std::string& node, const std::string& id, agent::Status status) {
    agent::RegisterCommand command;
    command.node.name = node;
    command.skip_node_update = true;
    agent::CheckRow check;
    check.id = id;
    check.name = id;
    check.status = status;
    command.checks.push_back(check);
    apply(command);
}

}  // namespace weft::api::testing
