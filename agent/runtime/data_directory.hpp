#pragma once

#include <string>
#include <utility>

#include "agent/base/result.hpp"

namespace weft::agent {

// The folder that an agent keeps its state in: who it belongs to, which version wrote it, and that
// one process uses it.
//
//   node-id   the node's UUID, as Consul keeps it     raftdb/     the log
//   version   format of the folder                    catalogdb/  the catalog's checkpoint
//   lock      held while an agent runs
class DataDirectory {
public:
    static constexpr int kVersion = 1;

    // Makes the folder (0700) when missing; one of this user's that is open to others is closed to
    // them. configured_id: the configuration's node_id or empty;
    // one that contradicts the folder's is an error, since the state in it would then be that of
    // another node.
    static Result<DataDirectory> open(const std::string& path, const std::string& configured_id);

    DataDirectory(DataDirectory&& other) noexcept
        : path_(std::move(other.path_)),
          node_id_(std::move(other.node_id_)),
          warning_(std::move(other.warning_)),
          lock_(std::exchange(other.lock_, -1)) {}
    DataDirectory& operator=(DataDirectory&&) = delete;
    ~DataDirectory();

    const std::string& node_id() const { return node_id_; }
    // A sentence for the log about the folder's permissions; empty when they are right.
    const std::string& warning() const { return warning_; }
    std::string log_path() const { return path_ + "/raftdb"; }
    std::string checkpoint_path() const { return path_ + "/catalogdb"; }

private:
    explicit DataDirectory(std::string path) : path_(std::move(path)) {}

    Result<void> make_folder();
    void close_to_others();
    Result<void> take_lock();
    Result<void> check_version();
    Result<void> find_node_id(const std::string& configured_id);

    std::string path_;
    std::string node_id_;
    std::string warning_;
    int lock_ = -1;
};

}  // namespace weft::agent
