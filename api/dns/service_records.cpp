#include "api/dns/service_records.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <string>

namespace weft::api {

namespace {

constexpr std::uint8_t kPointerToQuestion[] = {0xC0, kDnsHeaderBytes};
// From the start of an SRV record to its target: owner, type, class, TTL, length, priority, weight,
// port.
constexpr std::size_t kTargetOffset = 2 + 10 + 6;
constexpr std::size_t kMaxPieceBytes = 16 * 1024;  // keeps the sizes of a piece in 16 bits

}  // namespace

// Appends pieces to a ServiceRecords.
class ServiceRecords::Packer {
public:
    Packer(ServiceRecords& records, RecordType type, const DnsName& asked, std::uint32_t ttl,
           const DnsSettings& settings)
        : records_(records), type_(type), asked_(asked), ttl_(ttl), settings_(settings) {}

    void add_address(const IpAddress& address, std::uint32_t tier) {
        if (!wants_address(type_, address) || !addresses_.insert(address).second) return;
        start();
        bytes(kPointerToQuestion);
        address_record(address);
        piece_.answer_bytes = length();
        piece_.plain_extra = static_cast<std::uint16_t>(asked_.size() - 2);
        keep(tier);
    }

    void add_service(const ServedInstance& instance, const Endpoint& endpoint) {
        std::string identity = instance.node->name.str();
        identity += '\n';
        identity += instance.service->address.view();
        identity += '\n';
        identity += std::to_string(instance.service->port);
        if (!services_.insert(std::move(identity)).second) return;
        const auto node = node_name(instance.node->name, settings_);
        const auto target =
            endpoint.is_of_node ? node : std::optional(address_name(*endpoint.address, settings_));
        // A name that no client could ask for is worse than no answer.
        if (!target) return;
        start();
        srv_record(instance, *target);
        piece_.answer_bytes = length();
        address_extra(*endpoint.address);
        piece_.needed_bytes = static_cast<std::uint16_t>(length() - piece_.answer_bytes);
        piece_.needed_count = 1;
        piece_.plain_extra = static_cast<std::uint16_t>(asked_.size() - 2 + target->size() - 2);
        if (settings_.config.enable_additional_node_meta_txt && node)
            text_extras(*instance.node, *node, endpoint.is_of_node);
        keep(instance.tier);
    }

private:
    void start() {
        piece_ = Piece{};
        piece_.at = static_cast<std::uint32_t>(records_.bytes_.size());
    }
    void keep(std::uint32_t tier) {
        auto& pieces = records_.pieces_;
        if (tier != tier_ && !pieces.empty())
            records_.tier_ends_.push_back(static_cast<std::uint32_t>(pieces.size()));
        tier_ = tier;
        pieces.push_back(piece_);
    }
    std::uint16_t length() const {
        return static_cast<std::uint16_t>(records_.bytes_.size() - piece_.at);
    }
    void u16(std::size_t value) {
        records_.bytes_.push_back(static_cast<std::uint8_t>(value >> 8));
        records_.bytes_.push_back(static_cast<std::uint8_t>(value));
    }
    void bytes(std::span<const std::uint8_t> bytes) {
        records_.bytes_.insert(records_.bytes_.end(), bytes.begin(), bytes.end());
    }
    void fixed(RecordType type, std::size_t data_bytes) {
        u16(static_cast<std::uint16_t>(type));
        u16(kClassInternet);
        u16(ttl_ >> 16);
        u16(ttl_);
        u16(data_bytes);
    }
    void address_record(const IpAddress& address) {
        fixed(address.is_v4() ? RecordType::A : RecordType::AAAA, address.bytes().size());
        bytes(address.bytes());
    }
    void address_extra(const IpAddress& address) {
        u16(0);  // becomes a pointer to the target once that has its place
        address_record(address);
    }
    void srv_record(const ServedInstance& instance, const DnsName& target) {
        bytes(kPointerToQuestion);
        fixed(RecordType::SRV, 6 + target.size());
        u16(1);
        u16(instance.weight);
        u16(static_cast<std::size_t>(std::clamp(instance.service->port, 0, 0xFFFF)));
        bytes(target.wire());
    }
    void text_extras(const agent::NodeRow& node, const DnsName& name, bool name_is_target) {
        const std::size_t before = length();
        for (const std::string& text : meta_texts(node)) {
            const std::size_t data = text.size() + text.size() / 255 + 1;
            if (length() + data > kMaxPieceBytes || piece_.optional_count == 255) break;
            // An owner that is the target becomes a pointer; 0 marks it, as no owner here is the
            // root.
            name_is_target ? u16(0) : bytes(name.wire());
            const std::size_t length_at = records_.bytes_.size() + 8;
            fixed(RecordType::TXT, 0);
            std::string_view rest = text;
            do {
                const auto part = rest.substr(0, 255);
                records_.bytes_.push_back(static_cast<std::uint8_t>(part.size()));
                bytes({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()});
                rest.remove_prefix(part.size());
            } while (!rest.empty());
            const std::size_t written = records_.bytes_.size() - length_at - 2;
            records_.bytes_[length_at] = static_cast<std::uint8_t>(written >> 8);
            records_.bytes_[length_at + 1] = static_cast<std::uint8_t>(written);
            ++piece_.optional_count;
        }
        piece_.optional_bytes = static_cast<std::uint16_t>(length() - before);
        records_.optional_total_ += piece_.optional_bytes;
    }

    ServiceRecords& records_;
    RecordType type_;
    const DnsName& asked_;
    std::uint32_t ttl_;
    const DnsSettings& settings_;
    Piece piece_;
    std::uint32_t tier_ = 0;          // of the piece before
    std::set<IpAddress> addresses_;   // the same data is answered once
    std::set<std::string> services_;  // node, address and port: the same
};

std::optional<ServiceRecords> ServiceRecords::encode(const std::vector<ServedInstance>& instances,
                                                     RecordType type, const DnsName& asked,
                                                     std::uint32_t ttl,
                                                     const DnsSettings& settings) {
    if (instances.empty()) return std::nullopt;
    ServiceRecords records;
    Packer packer(records, type, asked, ttl, settings);
    bool has_hosts = false;
    for (const ServedInstance& instance : instances) {
        const auto endpoint = endpoint_of(instance, type, asked);
        if (!endpoint) continue;
        if (!endpoint->address) {
            has_hosts = true;
        } else if (type == RecordType::SRV) {
            packer.add_service(instance, *endpoint);
        } else {
            packer.add_address(*endpoint->address, instance.tier);
        }
    }
    // CNAMEs are given only where no address is; SRV answers have any number of them.
    if (has_hosts && (type == RecordType::SRV || records.pieces_.empty())) return std::nullopt;
    records.bytes_.shrink_to_fit();
    records.pieces_.shrink_to_fit();
    records.tier_ends_.shrink_to_fit();
    return records;
}

std::size_t ServiceRecords::memory_bytes() const {
    return sizeof(*this) + bytes_.capacity() + pieces_.capacity() * sizeof(Piece) +
           tier_ends_.capacity() * sizeof(tier_ends_[0]);
}

std::size_t ServiceRecords::draw(std::size_t wanted, std::size_t base, std::size_t room, bool plain,
                                 Rng& rng) {
    std::size_t answers = base;
    std::size_t extras = 0;
    auto next_end = tier_ends_.begin();
    const auto end_of_tier = [&] {
        return next_end == tier_ends_.end() ? pieces_.size() : *next_end++;
    };
    std::size_t tier_end = end_of_tier();
    for (std::size_t i = 0; i < wanted; ++i) {
        if (i == tier_end) tier_end = end_of_tier();
        std::swap(pieces_[i], pieces_[i + rng.below(tier_end - i)]);
        const Piece& piece = pieces_[i];
        extras += piece.needed_bytes;
        if (plain) extras += piece.plain_extra;
        // Behind the reach of pointers the owner of an additional record is written out.
        if (piece.needed_count != 0 && answers + kTargetOffset > kMaxPointer)
            extras += piece.answer_bytes - kTargetOffset;
        answers += piece.answer_bytes;
        if (answers + extras > room) return i;
    }
    return wanted;
}

bool ServiceRecords::optional_fit(std::size_t count, std::size_t base, std::size_t room) const {
    if (optional_total_ == 0) return true;
    std::size_t size = base;
    for (std::size_t i = 0; i < count; ++i) {
        const Piece& piece = pieces_[i];
        size += piece.answer_bytes + piece.needed_bytes + piece.optional_bytes;
    }
    return size <= room && size <= kMaxPointer;
}

// Copies one additional record whose owner is a name in full or, where that is the target of an
// answer, two zero bytes.
namespace {

std::size_t copy_extra(Writer& writer, std::span<const std::uint8_t> from, std::size_t target_at,
                       std::span<const std::uint8_t> target) {
    std::size_t at = 2;
    if (from[0] != 0) {
        at = 0;
        while (from[at] != 0) at += from[at] + 1u;
        ++at;
        writer.bytes(from.first(at));
    } else if (target_at <= kMaxPointer) {
        writer.u16(static_cast<std::uint16_t>(0xC000u | target_at));
    } else {
        writer.bytes(target);
    }
    const std::size_t length = 10u + static_cast<std::size_t>(from[at + 8] << 8 | from[at + 9]);
    writer.bytes(from.subspan(at, length));
    return at + length;
}

}  // namespace

Encoded ServiceRecords::write(const Query& query, const Budget& budget, const DnsSettings& settings,
                              Rng& rng, std::span<std::uint8_t> out) {
    const std::uint32_t record_limit = settings.config.a_record_limit;
    std::size_t all = pieces_.size();
    if (record_limit != 0 && query.type != RecordType::SRV)
        all = std::min<std::size_t>(all, record_limit);
    const std::size_t base = kDnsHeaderBytes + query.question.size() + Writer::edns_bytes(query);
    const std::size_t room = std::min(budget.max_bytes, out.size());
    std::size_t count = std::min(all, budget.max_answers);
    const bool plain = count < all && budget.measure_plain_when_cut;
    bool with_needed = true;
    if (count > 0) {
        count = draw(count, base, room, plain, rng);
        // Not even one with its address: then without.
        if (count == 0) {
            with_needed = false;
            count = base + pieces_[0].answer_bytes <= room ? 1 : 0;
        }
    }
    const bool cut = count < all;
    const bool with_optional = !cut && with_needed && optional_fit(count, base, room);

    Writer writer(out, false);
    writer.begin(query, {Rcode::NoError, true, cut && settings.config.enable_truncate,
                         settings.has_recursors()});
    const std::size_t answers_at = writer.size();
    for (std::size_t i = 0; i < count; ++i)
        writer.bytes({bytes_.data() + pieces_[i].at, pieces_[i].answer_bytes});
    writer.count(Section::Answer, count);
    std::size_t answer_at = answers_at;
    for (std::size_t i = 0; with_needed && i < count; ++i) {
        const Piece& piece = pieces_[i];
        const auto target = std::span(bytes_).subspan(piece.at, piece.answer_bytes);
        auto extras = std::span(bytes_).subspan(
            piece.at + piece.answer_bytes,
            piece.needed_bytes + (with_optional ? piece.optional_bytes : 0u));
        std::size_t records = 0;
        while (!extras.empty()) {
            extras = extras.subspan(copy_extra(writer, extras, answer_at + kTargetOffset,
                                               target.subspan(kTargetOffset)));
            ++records;
        }
        if (records != 0) writer.count(Section::Additional, records);
        answer_at += piece.answer_bytes;
    }
    writer.edns(query, Rcode::NoError);
    return {writer.size(), cut};
}

}  // namespace weft::api
