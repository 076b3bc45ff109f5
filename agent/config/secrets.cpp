#include "agent/config/secrets.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "agent/config/key_table.hpp"
#include "agent/config/value_hint.hpp"
#include "agent/io/file.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kSecretBytesMax = 65536;

class SecretTaker {
public:
    SecretTaker(const LoadRequest& request, Settings& settings, Diagnostics& diagnostics)
        : request_(request), settings_(settings), diagnostics_(diagnostics) {}

    void run() {
        for (const KeyRow* row : key_table().rows())
            if (takes_secret_file(*row)) take(*row);
    }

private:
    // Weakest first: each one replaces what was there.
    void take(const KeyRow& row) {
        sources_.clear();
        if (const auto place = settings_.place_of(row.path)) {
            const bool is_flag = !place->source && place->origin.starts_with('-');
            const bool is_variable = !place->source && !is_flag;
            if (!is_variable) sources_.push_back(name_of(*place));
            if (!is_variable && row.key_class == KeyClass::Implemented) warn_inline(row, *place);
        }
        take_variable(row);
        if (const auto* file = settings_.secret_file(row.path))
            take_file(row, file->path, file->place, true);
        if (request_.credentials_folder) {
            const std::string path = fmt::format("{}/{}", *request_.credentials_folder, row.path);
            struct stat status {};
            if (::stat(path.c_str(), &status) == 0)
                take_file(row, path, Place{nullptr, {}, path}, false);
        }
        if (sources_.size() < 2) return;
        auto& found =
            diagnostics_.warning("W1053", fmt::format("`{}` is given more than once", row.path),
                                 settings_.place_of(row.path));
        const std::string used = sources_.back();
        sources_.pop_back();
        found.label = "this one is used";
        found.notes.push_back({"note", fmt::format("not used: {}", fmt::join(sources_, ", "))});
    }

    static std::string name_of(const Place& place) {
        return place.source ? fmt::format("{}:{}", place.source->name(), place.span.line)
                            : place.origin;
    }

    void warn_inline(const KeyRow& row, const Place& place) {
        if (request_.dev_mode) return;
        auto& found =
            diagnostics_.warning("W1052", fmt::format("`{}` stands in the open", row.path), place);
        found.label = place.source ? "whoever reads this file knows it"
                                   : "whoever lists the processes knows it";
        found.notes.push_back(
            {"help",
             fmt::format("write `{}`, or give systemd's credential `{}`",
                         in_blocks(std::string(row.path) + "_file", "\"/path\""), row.path)});
    }

    void take_variable(const KeyRow& row) {
        for (const auto& [name, value] : request_.environment) {
            if (value.empty() || key_of_variable(name) != row.path) continue;
            sources_.push_back(name);
            set(row, value, name);
        }
    }

    void take_file(const KeyRow& row, const std::string& path, const Place& place,
                   bool must_be_private) {
        struct stat status {};
        if (::stat(path.c_str(), &status) == 0 && must_be_private && !is_credential(path) &&
            (status.st_mode & 0077) != 0) {
            auto& found = diagnostics_.error(
                "W1051", fmt::format("the file of `{}` is open to other users", row.path), place);
            found.label = fmt::format("its mode is {:04o}", status.st_mode & 07777);
            found.notes.push_back({"fix", fmt::format("chmod 600 {}", path)});
            return;
        }
        auto text = read_file(path, kSecretBytesMax);
        if (!text) {
            diagnostics_
                .error("W1024", fmt::format("the file of `{}` cannot be read", row.path), place)
                .label = text.error().message();
            return;
        }
        std::string secret = std::move(text.value());
        while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
        if (secret.empty()) {
            diagnostics_.error("W1024", fmt::format("the file of `{}` is empty", row.path), place)
                .label = path;
            return;
        }
        sources_.push_back(path);
        set(row, secret, path);
    }

    bool is_credential(const std::string& path) const {
        return request_.credentials_folder && path.starts_with(*request_.credentials_folder + "/");
    }

    void set(const KeyRow& row, const std::string& value, const std::string& origin) {
        settings_.add(Override{std::string(row.path), value, origin}, diagnostics_);
    }

    const LoadRequest& request_;
    Settings& settings_;
    Diagnostics& diagnostics_;
    std::vector<std::string> sources_;  // of one key, the strongest last
};

}  // namespace

void take_secrets(const LoadRequest& request, Settings& settings, Diagnostics& diagnostics) {
    SecretTaker(request, settings, diagnostics).run();
}

}  // namespace weft::agent
