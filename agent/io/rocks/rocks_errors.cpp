#include "agent/io/rocks/rocks_errors.hpp"

#include <fmt/format.h>
#include <rocksdb/status.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weft {
namespace {

bool is_held_lock(const rocksdb::Status& status) {
    if (!status.IsIOError()) return false;
    const std::string text = status.ToString();
    return text.find("While lock file") != std::string::npos ||
           text.find("lock hold by") != std::string::npos;
}

Error no_space(const RocksErrors& of, std::string_view done, const rocksdb::Status& status) {
    return make_error(Errc::Io, fmt::format("the disk that holds {} is full: {} cannot be {} ({}). "
                                            "Make room and start the agent again",
                                            of.folder, of.what, done, status.ToString()));
}

}  // namespace

Error RocksErrors::open(const rocksdb::Status& status) const {
    if (is_held_lock(status)) {
        return make_error(
            Errc::Unavailable,
            fmt::format("the data directory is in use by another process: cannot lock "
                        "{}/LOCK; stop the other agent or give this one a data_dir "
                        "of its own",
                        folder));
    }
    // Missing files are damage too: RocksDB names them in its manifest.
    if (status.IsCorruption() || status.IsPathNotFound()) return damaged(status.ToString());
    if (status.IsNoSpace()) return no_space(*this, "opened", status);
    const Errc code =
        status.IsNotSupported() || status.IsInvalidArgument() ? Errc::Unsupported : Errc::Io;
    const std::string text = status.ToString();
    if (text.find(std::strerror(EACCES)) != std::string::npos) {
        return make_error(code, fmt::format("cannot open {} in {}: {}; give the folder and its "
                                            "files to the user that runs weft (uid {})",
                                            what, folder, text, ::geteuid()));
    }
    return make_error(code, fmt::format("cannot open {} in {}: {}", what, folder, text));
}

Error RocksErrors::read(const rocksdb::Status& status) const {
    if (status.IsCorruption()) return damaged(status.ToString());
    return make_error(Errc::Io,
                      fmt::format("reading {} in {} failed: {}", what, folder, status.ToString()));
}

Error RocksErrors::write(const rocksdb::Status& status) const {
    if (status.IsNoSpace()) return no_space(*this, "written", status);
    return make_error(Errc::Io,
                      fmt::format("writing {} in {} failed: {}. Writes are not tried again, since "
                                  "what a failed one left behind is unknown",
                                  what, folder, status.ToString()));
}

Error RocksErrors::damaged(const std::string& why) const {
    return make_error(
        Errc::Corrupt,
        fmt::format("{} in {} is damaged ({}). Nothing was changed. Restore the data directory "
                    "from a backup, or remove it, start the agent and put the last snapshot back "
                    "(weft snapshot restore FILE); without either its state is lost",
                    what, folder, why));
}

Result<void> RocksErrors::check_format(std::uint64_t found, std::uint64_t known) const {
    if (found == 0) return damaged("it has format 0, which never existed");
    if (found <= known) return success();
    return make_error(
        Errc::Unsupported,
        fmt::format(
            "{} in {} has format {}, but this version of weft knows formats up to {}: "
            "start the newer version that wrote it. To go back to this one, save a snapshot "
            "with that one (weft snapshot save FILE), remove the data directory, start this "
            "one and restore the snapshot",
            what, folder, found, known));
}

Result<void> RocksErrors::check_owner(const std::optional<std::string>& owner,
                                      std::string_view node) const {
    if (!owner) return damaged("the record of the node that it belongs to is missing");
    if (*owner == node) return success();
    return make_error(Errc::InvalidArgument,
                      fmt::format("{} in {} belongs to node {}, but this agent is node {}: give it "
                                  "its own data directory, or that node's id",
                                  what, folder, *owner, node));
}

}  // namespace weft
