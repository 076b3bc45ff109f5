#include "api/dns/writer.hpp"

#include <cstring>

namespace weft::api {

namespace {

constexpr std::uint16_t kOurUdpSize = 1232;  // what we receive; sends no fragments anywhere
constexpr std::size_t kOptBytes = 11;
constexpr std::size_t kOptionHeaderBytes = 4;

std::uint32_t hash_of(std::span<const std::uint8_t> labels) {
    std::uint32_t hash = 2166136261u;
    for (const std::uint8_t byte : labels) hash = (hash ^ byte) * 16777619u;
    return hash ^ hash >> 15;
}

}  // namespace

bool Writer::has_room(std::size_t bytes) {
    if (size_ + bytes > out_.size()) overflowed_ = true;
    return !overflowed_;
}

void Writer::u8(std::uint8_t value) {
    if (has_room(1)) out_[size_++] = value;
}

void Writer::u16(std::uint16_t value) {
    if (!has_room(2)) return;
    out_[size_++] = static_cast<std::uint8_t>(value >> 8);
    out_[size_++] = static_cast<std::uint8_t>(value);
}

void Writer::u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value));
}

void Writer::bytes(std::span<const std::uint8_t> bytes) {
    if (bytes.empty() || !has_room(bytes.size())) return;
    std::memcpy(out_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

void Writer::begin(const Query& query, const ReplyHeader& header) {
    unsigned flags = 0x8000u | static_cast<unsigned>(query.opcode) << 11;
    if (header.authoritative) flags |= 0x0400u;
    if (header.truncated) flags |= 0x0200u;
    if (header.recursion_available) flags |= 0x0080u;
    // As Consul's server does: other opcodes give these bits other meanings.
    if (query.opcode == kOpcodeQuery) {
        if (query.recursion_desired) flags |= 0x0100u;
        if (query.checking_disabled) flags |= 0x0010u;
    }
    flags |= static_cast<unsigned>(header.rcode) & 15u;
    u16(query.id);
    u16(static_cast<std::uint16_t>(flags));
    u16(1);
    u16(0);
    u32(0);
    const std::size_t name_at = size_;
    bytes(query.question);
    if (!compress_ || overflowed_) return;
    // The question's name is what most owners are or end in.
    const auto asked = query.name_as_asked();
    for (std::size_t at = 0; asked[at] != 0; at += asked[at] + 1u)
        known_[hash_of(asked.subspan(at)) % kSlots] = static_cast<std::uint16_t>(name_at + at);
}

void Writer::begin_record(Section section, const DnsName& owner, RecordType type,
                          std::uint32_t ttl) {
    name(owner);
    u16(static_cast<std::uint16_t>(type));
    u16(kClassInternet);
    u32(ttl);
    record_length_at_ = size_;
    u16(0);
    count(section, 1);
}

void Writer::end_record() {
    if (overflowed_) return;
    const std::size_t length = size_ - record_length_at_ - 2;
    out_[record_length_at_] = static_cast<std::uint8_t>(length >> 8);
    out_[record_length_at_ + 1] = static_cast<std::uint8_t>(length);
}

void Writer::count(Section section, std::size_t records) {
    if (overflowed_) return;
    const auto at = static_cast<std::size_t>(section);
    const std::size_t sum = static_cast<std::size_t>(out_[at] << 8 | out_[at + 1]) + records;
    out_[at] = static_cast<std::uint8_t>(sum >> 8);
    out_[at + 1] = static_cast<std::uint8_t>(sum);
}

bool Writer::stands_at(std::size_t offset, std::span<const std::uint8_t> labels) const {
    std::size_t at = 0;
    while (true) {
        const std::uint8_t length = out_[offset];
        if ((length & 0xC0) == 0xC0) {
            const auto target = static_cast<std::size_t>((length & 0x3F) << 8 | out_[offset + 1]);
            // We write none that go forward; one that did might never end.
            if (target >= offset) return false;
            offset = target;
            continue;
        }
        if (length != labels[at]) return false;
        if (length == 0) return true;
        if (std::memcmp(out_.data() + offset + 1, labels.data() + at + 1, length) != 0)
            return false;
        offset += length + 1u;
        at += length + 1u;
    }
}

std::uint16_t Writer::find(std::span<const std::uint8_t> labels, std::size_t slot) const {
    const std::uint16_t offset = known_[slot];
    return offset != 0 && stands_at(offset, labels) ? offset : std::uint16_t{0};
}

void Writer::put_name(const DnsName& name, bool may_point) {
    if (overflowed_) return;
    const auto wire = name.wire();
    if (!compress_) return bytes(wire);
    const std::size_t start = size_;
    std::array<std::uint8_t, kMaxDnsNameBytes / 2> new_labels;  // where they begin in wire
    std::array<std::uint8_t, kMaxDnsNameBytes / 2> new_slots;
    std::size_t new_count = 0;
    std::size_t at = 0;
    std::uint16_t target = 0;
    for (; wire[at] != 0; at += wire[at] + 1u) {
        const auto labels = wire.subspan(at);
        const std::size_t slot = hash_of(labels) % kSlots;
        const std::uint16_t offset = find(labels, slot);
        if (offset != 0 && may_point) {
            target = offset;
            break;
        }
        if (offset != 0) continue;
        new_labels[new_count] = static_cast<std::uint8_t>(at);
        new_slots[new_count++] = static_cast<std::uint8_t>(slot);
    }
    bytes(wire.first(at));
    if (target != 0) {
        u16(static_cast<std::uint16_t>(0xC000u | target));
    } else {
        u8(0);
    }
    if (overflowed_) return;
    // Only now does each of them begin a name that can be read.
    for (std::size_t i = 0; i < new_count; ++i) {
        const std::size_t offset = start + new_labels[i];
        if (offset <= kMaxPointer) known_[new_slots[i]] = static_cast<std::uint16_t>(offset);
    }
}

std::size_t Writer::edns_bytes(const Query& query) {
    if (!query.edns) return 0;
    const std::size_t subnet = query.edns->client_subnet.size();
    return kOptBytes + (subnet == 0 ? 0 : kOptionHeaderBytes + subnet);
}

void Writer::edns(const Query& query, Rcode rcode, AnswerScope scope) {
    if (!query.edns) return;
    const auto subnet = query.edns->client_subnet;
    u8(0);
    u16(static_cast<std::uint16_t>(RecordType::OPT));
    u16(kOurUdpSize);
    u8(static_cast<std::uint8_t>(static_cast<unsigned>(rcode) >> 4));
    u8(0);  // version
    u16(query.edns->dnssec_ok ? 0x8000 : 0);
    u16(static_cast<std::uint16_t>(subnet.empty() ? 0 : kOptionHeaderBytes + subnet.size()));
    if (!subnet.empty()) {
        u16(8);
        u16(static_cast<std::uint16_t>(subnet.size()));
        bytes(subnet.first(3));
        u8(scope == AnswerScope::Subnet ? subnet[2] : 0);
        bytes(subnet.subspan(4));
    }
    count(Section::Additional, 1);
}

}  // namespace weft::api
