#include "agent/config/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "agent/config/resolve.hpp"
#include "agent/config/secrets.hpp"

namespace weft::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 4096;

void report_unreadable(const std::string& path, const std::string& why, Diagnostics& diagnostics) {
    diagnostics.error("W1001", fmt::format("cannot read {}: {}", path, why));
}

// Files below a path, as the path was typed. A folder is not searched deeper.
std::vector<std::string> files_of(const std::string& path, Diagnostics& diagnostics) {
    std::error_code failure;
    if (path == "-" || !fs::is_directory(path, failure)) return {path};
    std::vector<std::string> files;
    for (auto entry = fs::directory_iterator(path, failure);
         !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        const std::string extension = entry->path().extension().string();
        std::error_code ignored;
        if ((extension == ".hcl" || extension == ".json") && !entry->is_directory(ignored)) {
            files.push_back(entry->path().string());
        }
    }
    if (failure) report_unreadable(path, failure.message(), diagnostics);
    std::sort(files.begin(), files.end());
    return files;
}

// A pipe gives its text once, and is empty then.
bool can_be_read_again(const std::string& path) {
    std::error_code failure;
    return path != "-" && fs::is_regular_file(path, failure);
}

std::shared_ptr<const Source> read_source(const std::string& path, Diagnostics& diagnostics) {
    const bool standard_input = path == "-";
    const auto close = [](FILE* file) {
        if (file != stdin) std::fclose(file);
    };
    std::unique_ptr<FILE, decltype(close)> file(
        standard_input ? stdin : std::fopen(path.c_str(), "rb"), close);
    if (!file) {
        report_unreadable(path, std::system_category().message(errno), diagnostics);
        return nullptr;
    }
    // At least one byte more than allowed, so that the parser sees that it is too much. In blocks:
    // there may be thousands of small files, whose texts stay in memory until all are read.
    std::string text;
    std::array<char, 16384> block;
    while (text.size() <= kMaxFileBytes) {
        const std::size_t size = std::fread(block.data(), 1, block.size(), file.get());
        if (size == 0) break;
        text.append(block.data(), size);
    }
    text.shrink_to_fit();
    if (std::ferror(file.get()) != 0) {
        report_unreadable(path, std::system_category().message(errno), diagnostics);
        return nullptr;
    }
    return Source::make(standard_input ? "<stdin>" : path, std::move(text));
}

void add_environment(const LoadRequest& request, Settings& settings, Diagnostics& diagnostics) {
    for (const auto& [name, value] : request.environment) {
        if (!name.starts_with("WEFT_CONFIG_")) continue;
        const std::string key = key_of_variable(name);
        if (key.empty()) {
            diagnostics.error("W1004", fmt::format("{} names no key", name));
            continue;
        }
        settings.add(Override{key, value, name}, diagnostics);
    }
}

// What the folders themselves demand. Most of it was said before, with a place; so only what is
// left is said here.
void validate_folders(const AgentConfig& config, Diagnostics& diagnostics) {
    const auto check = [&](const Result<void>& valid) {
        if (!valid && !diagnostics.has_errors())
            diagnostics.error("W1040", valid.error().message());
    };
    check(config.http.validate());
    check(config.dns.validate());
    check(config.health.validate());
}

void build(const std::vector<std::shared_ptr<const Source>>& sources, const LoadRequest& request,
           LoadResult& result) {
    Diagnostics& diagnostics = result.diagnostics;
    Settings settings;
    add_environment(request, settings, diagnostics);
    for (const auto& source : sources) {
        result.files.push_back(source->name());
        settings.add(parse_document(source, diagnostics), diagnostics);
    }
    for (const Override& given : request.overrides) settings.add(given, diagnostics);
    take_secrets(request, settings, diagnostics);
    HostFacts host = request.host ? *request.host : read_host_facts();
    if (request.thorough && !request.host) host.sockets = read_listening_sockets();
    AgentConfig config = resolve(settings, host, request.dev_mode, diagnostics);
    validate(config, settings, diagnostics);
    validate_certificate(config, settings, host.unix_time, diagnostics);
    validate_host(config, settings, host, request.thorough, diagnostics);
    validate_folders(config, diagnostics);
    diagnostics.sort();
    if (!diagnostics.has_errors()) result.config = std::move(config);
}

using ReadOnce = std::map<std::string, std::shared_ptr<const Source>>;

// kept: texts that were read before, and those that come to it.
std::vector<std::shared_ptr<const Source>> read_sources(const std::vector<std::string>& paths,
                                                        ReadOnce& kept, Diagnostics& diagnostics) {
    std::vector<std::shared_ptr<const Source>> sources;
    for (const std::string& path : paths) {
        const auto known = kept.find(path);
        if (known != kept.end() && !can_be_read_again(path)) {
            sources.push_back(known->second);
            continue;
        }
        for (const std::string& file : files_of(path, diagnostics)) {
            if (sources.size() == kMaxFiles) {
                report_unreadable(file, fmt::format("more than {} files", kMaxFiles), diagnostics);
                break;
            }
            const bool is_once = file == path && !can_be_read_again(file);
            auto source = read_source(file, diagnostics);
            if (!source) continue;
            if (is_once) kept.emplace(path, source);
            sources.push_back(std::move(source));
        }
    }
    return sources;
}

}  // namespace

LoadResult load_texts(const std::vector<std::shared_ptr<const Source>>& sources,
                      const LoadRequest& request) {
    LoadResult result;
    build(sources, request, result);
    return result;
}

std::vector<std::shared_ptr<const Source>> read_sources(const std::vector<std::string>& paths,
                                                        Diagnostics& diagnostics) {
    ReadOnce kept;
    return read_sources(paths, kept, diagnostics);
}

LoadResult load(const LoadRequest& request) {
    LoadResult result;
    result.read_once = request.read_once;
    auto sources = read_sources(request.paths, result.read_once, result.diagnostics);
    for (const std::string& text : request.fragments) sources.push_back(Source::make("-hcl", text));
    build(sources, request, result);
    return result;
}

std::vector<std::pair<std::string, std::string>> config_environment() {
    std::vector<std::pair<std::string, std::string>> out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (!text.starts_with("WEFT_CONFIG_") || equals == std::string_view::npos) continue;
        out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

}  // namespace weft::agent
