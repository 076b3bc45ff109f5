#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "agent/health/local_backend.hpp"

namespace weft::agent {

// A backend with a real catalog and records in memory. Commits are applied in a later turn, in
// order.
class CatalogBackend : public LocalBackend {
public:
    explicit CatalogBackend(boost::asio::io_context& context) : context_(context) {}

    void commit(std::vector<LocalRecord> records, std::optional<Command> command, bool,
                std::function<void(Result<Index>)> done) override {
        boost::asio::post(context_,
                          [this, records = std::move(records), command = std::move(command),
                           done = std::move(done)] { done(apply(records, command)); });
    }

    View view() const override { return catalog_.view(); }

    Result<Index> apply(const std::vector<LocalRecord>& records,
                        const std::optional<Command>& command) {
        if (disk_broken) return make_error(Errc::Io, "disk full");
        for (const auto& record : records) {
            if (record.value.empty()) {
                kept_.erase(record.key);
            } else {
                kept_[record.key] = record.value;
            }
        }
        if (!command) return index_;
        if (unreachable) return make_error(Errc::Unavailable, "no leader");
        ++commands;
        index_ = Index(index_.get() + 1);
        const auto outcome = catalog_.apply(index_, *command);
        if (outcome.refusal) return make_error(Errc::InvalidArgument, outcome.refusal->message());
        return index_;
    }

    std::vector<LocalRecord> records() const {
        std::vector<LocalRecord> list;
        for (const auto& [key, value] : kept_) list.push_back(LocalRecord{key, value});
        return list;
    }

    bool disk_broken = false;
    bool unreachable = false;
    int commands = 0;

private:
    boost::asio::io_context& context_;
    Catalog catalog_;
    Index index_{10};
    std::map<std::string, std::string> kept_;
};

}  // namespace weft::agent
