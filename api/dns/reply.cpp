#include "api/dns/reply.hpp"

#include <algorithm>

namespace weft::api {

namespace {

constexpr std::size_t kMaxTextPartBytes = 255;

enum class Extras : std::uint8_t { All, Needed, None };

struct Attempt {
    std::size_t answers = 0;
    Extras extras = Extras::All;
    bool compress = true;
    bool truncated = false;
};

void write_text(Writer& writer, std::string_view text) {
    // A character string holds 255 bytes; longer texts are several, which readers join (RFC
    // 7208, 3.3).
    do {
        const std::string_view part = text.substr(0, kMaxTextPartBytes);
        writer.u8(static_cast<std::uint8_t>(part.size()));
        writer.bytes({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()});
        text.remove_prefix(part.size());
    } while (!text.empty());
}

struct DataWriter {
    Writer& writer;

    void operator()(const IpAddress& address) const { writer.bytes(address.bytes()); }
    void operator()(const DnsName& name) const { writer.name(name); }
    void operator()(const SrvData& srv) const {
        writer.u16(srv.priority);
        writer.u16(srv.weight);
        writer.u16(srv.port);
        writer.plain_name(srv.target);
    }
    void operator()(const SoaData& soa) const {
        writer.name(soa.server);
        writer.name(soa.mailbox);
        writer.u32(soa.serial);
        writer.u32(soa.timers.refresh);
        writer.u32(soa.timers.retry);
        writer.u32(soa.timers.expire);
        writer.u32(soa.timers.min_ttl);
    }
    void operator()(const TextData& text) const { write_text(writer, text.text); }
};

class Encoder {
public:
    Encoder(const Query& query, const Reply& reply, bool recursion_available, std::size_t room,
            std::span<std::uint8_t> out)
        : query_(query),
          reply_(reply),
          recursion_available_(recursion_available),
          out_(out.first(std::min(room, out.size()))) {}

    // Bytes written; 0 when it does not fit.
    std::size_t write(const Attempt& attempt) const {
        Writer writer(out_, attempt.compress);
        writer.begin(query_,
                     {reply_.rcode, reply_.authoritative, attempt.truncated, recursion_available_});
        for (std::size_t i = 0; i < attempt.answers; ++i)
            write_record(writer, Section::Answer, reply_.answers[i]);
        for (const Record& record : reply_.authority)
            write_record(writer, Section::Authority, record);
        if (attempt.extras != Extras::None)
            for (const AdditionalRecord& extra : reply_.additional)
                if (extra.answer < std::max<std::size_t>(attempt.answers, 1) &&
                    (attempt.extras == Extras::All || !extra.is_optional))
                    write_record(writer, Section::Additional, extra.record);
        writer.edns(query_, reply_.rcode, reply_.scope);
        return writer.overflowed() ? 0 : writer.size();
    }

    // The most answers, below the attempt's, that fit.
    Attempt largest_fitting(Attempt attempt) const {
        std::size_t fits = 0;
        std::size_t too_many = attempt.answers;
        while (fits + 1 < too_many) {
            attempt.answers = (fits + too_many) / 2;
            (write(attempt) != 0 ? fits : too_many) = attempt.answers;
        }
        attempt.answers = std::max<std::size_t>(fits, 1);
        return attempt;
    }

private:
    const Query& query_;
    const Reply& reply_;
    bool recursion_available_;
    std::span<std::uint8_t> out_;
};

}  // namespace

Record Record::of_address(const DnsName& owner, std::uint32_t ttl, const IpAddress& address) {
    return {owner, ttl, address, address.is_v4() ? RecordType::A : RecordType::AAAA};
}

Record Record::of_name(const DnsName& owner, std::uint32_t ttl, RecordType type,
                       const DnsName& name) {
    return {owner, ttl, name, type};
}

Record Record::of_text(const DnsName& owner, std::uint32_t ttl, std::string text) {
    return {owner, ttl, TextData{std::move(text)}, RecordType::TXT};
}

void write_record(Writer& writer, Section section, const Record& record) {
    writer.begin_record(section, record.owner, record.type, record.ttl);
    std::visit(DataWriter{writer}, record.data);
    writer.end_record();
}

Encoded encode_reply(const Query& query, const Reply& reply, bool recursion_available,
                     const Budget& budget, const DnsSettings& settings,
                     std::span<std::uint8_t> out) {
    const Encoder encoder(query, reply, recursion_available, budget.max_bytes, out);
    const std::size_t all = reply.answers.size();
    Attempt attempt{std::min(all, budget.max_answers), Extras::All, settings.compress(), false};
    const bool counted_out = attempt.answers < all;
    if (!counted_out)
        if (const std::size_t size = encoder.write(attempt)) return {size, false};

    attempt.extras = Extras::Needed;
    attempt.compress = settings.compress() && !(counted_out && budget.measure_plain_when_cut);
    if (encoder.write(attempt) == 0) attempt = encoder.largest_fitting(attempt);
    attempt.compress = settings.compress();
    attempt.truncated = attempt.answers < all && settings.config.enable_truncate;
    std::size_t size = encoder.write(attempt);
    // Even one answer is too large with its addresses, or by itself: say so rather than send what
    // the client can't take.
    if (size == 0) {
        attempt.extras = Extras::None;
        size = encoder.write(attempt);
    }
    if (size == 0) {
        attempt.answers = 0;
        attempt.truncated = all != 0 && settings.config.enable_truncate;
        size = encoder.write(attempt);
    }
    return {size, attempt.answers < all};
}

}  // namespace weft::api
