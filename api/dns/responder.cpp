#include "api/dns/responder.hpp"

#include <utility>

#include "agent/io/clock.hpp"
#include "agent/io/random_seed.hpp"

namespace weft::api {

namespace {

constexpr std::size_t kMaxRecordsOfExternalName = 64;

}  // namespace

struct Responder::Pending {
    explicit Pending(const Asker& from) : asker(from) {}

    std::vector<std::byte> packet;  // queries point into it
    Asker asker;
    Deliver deliver;
    Instant received;
    std::size_t unanswered = 0;  // names that are still being looked up
    std::vector<ExternalAnswer> known;
};

Responder::Responder(boost::asio::io_context& context, const DnsCatalog& catalog,
                     DnsMetrics& metrics, std::shared_ptr<const DnsSettings> settings,
                     RecursorConfig recursors)
    : context_(context),
      catalog_(catalog),
      metrics_(metrics),
      answerer_(std::move(settings), random_seed()),
      recursor_(context, std::move(recursors), metrics, random_seed()),
      tally_(metrics),
      scratch_(kMaxDnsMessageBytes) {
    answerer_.use_coordinates([&catalog] { return catalog.coordinates(); });
}

void Responder::configure(std::shared_ptr<const DnsSettings> settings, RecursorConfig recursors) {
    answerer_.configure(std::move(settings));
    recursor_.configure(std::move(recursors));
}

void Responder::close() {
    closed_ = true;
    recursor_.close();
    tally_.flush();
}

void Responder::batch_done(Duration took, std::size_t count) {
    tally_.took(took, count);
    tally_.flush();
}

std::size_t Responder::refuse(std::span<const std::byte> packet, const Error& error,
                              std::span<std::uint8_t> out) {
    const Rcode rcode = error.code == Errc::Unsupported ? Rcode::NotImp : Rcode::FormErr;
    const std::size_t size = write_refusal(packet, rcode, out);
    if (size == 0) {
        metrics_.dropped_no_query->Increment();
    } else {
        tally_.answered(RecordType{0}, rcode, false);
    }
    return size;
}

std::size_t Responder::sent(const Query& query, const Answered& answered) {
    tally_.answered(query.type, answered.rcode, answered.truncated);
    if (answered.cached) {
        tally_.cache(true);
    } else if (answered.rendered) {
        tally_.cache(false);
    }
    return answered.size;
}

void Responder::ask_recursors(std::span<const std::byte> packet, const Query& query,
                              const Asker& asker, Answered answered, Deliver deliver) {
    if (closed_) return;
    auto pending = std::make_shared<Pending>(asker);
    pending->packet.assign(packet.begin(), packet.end());
    pending->deliver = std::move(deliver);
    pending->received = now();
    late_answer_.resize(kMaxDnsMessageBytes);
    if (answered.action == Answered::Action::Forward) {
        forward(std::move(pending), query);
    } else {
        resolve(pending, answered.wanted);
    }
}

void Responder::forward(std::shared_ptr<Pending> pending, const Query& query) {
    const bool over_tcp = pending->asker.transport == Transport::Tcp;
    auto done = [self = shared_from_this(),
                 pending = std::move(pending)](std::optional<std::span<const std::byte>> answer) {
        const auto asked = parse_query(pending->packet);
        if (!asked) return;
        const Query& q = asked.value();
        if (!answer) {
            const std::size_t size =
                self->answerer_.write_failure(q, Rcode::ServFail, self->late_answer_);
            return self->deliver(*pending, q.type, Rcode::ServFail, false, size);
        }
        const std::size_t size =
            relay(q, *answer, pending->asker.transport, self->settings(), self->late_answer_);
        const auto rcode = static_cast<Rcode>(self->late_answer_[3] & 15);
        const bool truncated = (self->late_answer_[2] & 2) != 0;
        self->deliver(*pending, q.type, rcode, truncated, size);
    };
    recursor_.ask(forward_query(query), over_tcp, std::move(done));
}

void Responder::resolve(const std::shared_ptr<Pending>& pending,
                        const std::vector<ExternalName>& names) {
    pending->unanswered = names.size();
    for (const ExternalName& name : names) {
        auto done = [self = shared_from_this(), pending,
                     name](std::optional<std::span<const std::byte>> answer) {
            ExternalAnswer found{name, {}};
            if (answer) {
                const auto response = parse_response(*answer);
                if (response) {
                    auto records =
                        parse_answers(*answer, response.value(), kMaxRecordsOfExternalName);
                    if (records) found.records = std::move(records.value());
                }
            }
            pending->known.push_back(std::move(found));
            if (--pending->unanswered != 0) return;
            const auto asked = parse_query(pending->packet);
            if (!asked) return;
            const Answered answered =
                self->answerer_.answer(self->catalog_.view(), asked.value(), pending->asker,
                                       wall_now(), self->late_answer_, &pending->known);
            self->deliver(*pending, asked.value().type, answered.rcode, answered.truncated,
                          answered.size);
        };
        recursor_.ask(forward_query(name.name, name.type), true, std::move(done));
    }
}

void Responder::deliver(Pending& pending, RecordType type, Rcode rcode, bool truncated,
                        std::size_t size) {
    if (closed_) return;
    tally_.answered(type, rcode, truncated);
    tally_.took(now() - pending.received, 1);
    tally_.flush();
    if (size != 0) pending.deliver(std::span<const std::uint8_t>(late_answer_).first(size));
}

}  // namespace weft::api
