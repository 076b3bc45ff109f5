#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/catalog/catalog.hpp"
#include "agent/health/local_backend.hpp"

namespace weft::agent {

// A backend with a real catalog and records in memory. Commits are applied in a later turn, in
// order. What is refused leaves nothing behind.
class CatalogBackend : public LocalBackend {
public:
    explicit CatalogBackend(boost::asio::io_context& context) : context_(context) {}

    void commit(std::vector<LocalRecord> records, std::optional<Command> command, bool,
                std::function<void(Result<Index>)> done) override {
        records_max = std::max(records_max, records.size());
        writes_max = std::max(writes_max, writes_ += command ? 1 : 0);
        boost::asio::post(context_, [this, records = std::move(records),
                                     command = std::move(command), done = std::move(done)] {
            writes_ -= command ? 1 : 0;
            done(apply(records, command));
        });
    }

    View view() const override { return catalog_.view(); }

    Result<Index> apply(const std::vector<LocalRecord>& records,
                        const std::optional<Command>& command) {
        if (refusal) ++refusals;
        // As the log does it: the records of a refused proposal are lost, which Io alone says.
        if (refusal && !records.empty()) return make_error(Errc::Io, refusal->message());
        if (refusal) return *refusal;
        if (!records.empty()) ++record_commits;
        for (const auto& record : records) {
            if (record.value.empty()) {
                kept_.erase(record.key);
            } else {
                kept_[record.key] = record.value;
            }
        }
        if (!command) return index_;
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

    std::optional<Error> refusal;  // of everything, as long as it is set
    int commands = 0;
    int record_commits = 0;
    int refusals = 0;
    std::size_t records_max = 0;  // in one commit
    std::size_t writes_max = 0;   // under way at once

private:
    boost::asio::io_context& context_;
    Catalog catalog_;
    Index index_{10};
    std::map<std::string, std::string> kept_;
    std::size_t writes_ = 0;
};

}  // namespace weft::agent
