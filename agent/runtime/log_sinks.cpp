#include "agent/runtime/log_sinks.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "agent/runtime/log_format.hpp"

namespace weft::agent {

namespace {

// A datagram's size limit is the socket buffer's; longer lines are cut rather than lost.
constexpr std::size_t kJournalMessageMax = 48 * 1024;

int journal_priority(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::critical:
            return 2;
        case spdlog::level::err:
            return 3;
        case spdlog::level::warn:
            return 4;
        case spdlog::level::info:
            return 6;
        default:
            return 7;
    }
}

// A value with newlines has its length before it instead of "=".
void append_field(std::string& datagram, std::string_view name, std::string_view value) {
    datagram += name;
    if (value.find('\n') == std::string_view::npos) {
        datagram += '=';
    } else {
        datagram += '\n';
        for (unsigned i = 0; i < 8; ++i)
            datagram +=
                static_cast<char>(static_cast<std::uint64_t>(value.size()) >> (8 * i) & 0xFF);
    }
    datagram += value;
    datagram += '\n';
}

class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    JournalSink(int socket, LostLines lost) : socket_(socket), lost_(std::move(lost)) {}
    ~JournalSink() override { ::close(socket_); }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        std::string datagram;
        append_field(datagram, "PRIORITY", std::to_string(journal_priority(message.level)));
        append_field(datagram, "SYSLOG_IDENTIFIER", "weft");
        append_field(datagram, "WEFT_PART",
                     {message.logger_name.data(), message.logger_name.size()});
        append_field(datagram, "MESSAGE",
                     std::string_view(message.payload.data(), message.payload.size())
                         .substr(0, kJournalMessageMax));
        // MSG_DONTWAIT: a stuck journal must not hold up the agent; the line is lost then.
        if (::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            ++*lost_;
    }
    void flush_() override {}

    int socket_;
    LostLines lost_;
};

}  // namespace

bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (!stream || ::fstat(STDERR_FILENO, &status) != 0) return false;
    return std::string_view(stream) ==
           std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

Result<std::shared_ptr<spdlog::sinks::sink>> make_journal_sink(LostLines lost) {
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return make_error(Errc::Io, std::strerror(errno));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "/run/systemd/journal/socket");
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int reason = errno;
        ::close(fd);
        return make_error(Errc::Io, std::string("the journal's socket: ") + std::strerror(reason));
    }
    return std::shared_ptr<spdlog::sinks::sink>(std::make_shared<JournalSink>(fd, std::move(lost)));
}

class MonitorSink::Subscription final : public api::LogSubscription {
public:
    Subscription(std::shared_ptr<MonitorSink> owner, std::list<Subscriber>::iterator subscriber)
        : owner_(std::move(owner)), subscriber_(subscriber) {}
    ~Subscription() override { owner_->remove(subscriber_); }

private:
    std::shared_ptr<MonitorSink> owner_;
    std::list<Subscriber>::iterator subscriber_;
};

Result<std::unique_ptr<api::LogSubscription>> MonitorSink::subscribe(
    spdlog::level::level_enum level, bool json, std::function<void(api::LogLine)> to) {
    const std::lock_guard lock(mutex_);
    if (subscribers_.size() >= kSubscribersMax)
        return make_error(Errc::Limit, fmt::format("at most {} clients may monitor the log at once",
                                                   kSubscribersMax));
    const auto subscriber =
        subscribers_.insert(subscribers_.end(), Subscriber{level, log_format(json), std::move(to)});
    announce_wanted();
    return std::unique_ptr<api::LogSubscription>(
        std::make_unique<Subscription>(shared_from_this(), subscriber));
}

void MonitorSink::remove(std::list<Subscriber>::iterator subscriber) {
    const std::lock_guard lock(mutex_);
    subscribers_.erase(subscriber);
    announce_wanted();
}

void MonitorSink::stop_notifying() {
    const std::lock_guard lock(mutex_);
    wanted_changed_ = nullptr;
}

void MonitorSink::announce_wanted() {
    auto wanted = spdlog::level::off;
    for (const Subscriber& subscriber : subscribers_) wanted = std::min(wanted, subscriber.level);
    if (wanted_changed_) wanted_changed_(wanted);
}

void MonitorSink::log(const spdlog::details::log_msg& message) {
    const std::lock_guard lock(mutex_);
    for (Subscriber& subscriber : subscribers_) {
        if (message.level < subscriber.level) continue;
        spdlog::memory_buf_t line;
        subscriber.format->format(message, line);
        subscriber.to(std::make_shared<const std::string>(line.data(), line.size() - 1));
    }
}

}  // namespace weft::agent
