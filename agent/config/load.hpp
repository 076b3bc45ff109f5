#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/agent_config.hpp"
#include "agent/config/diagnostic.hpp"
#include "agent/config/host.hpp"
#include "agent/config/settings.hpp"

namespace weft::agent {

// Where the configuration comes from, weakest first: environment, paths in their order, fragments,
// overrides in theirs. Secrets have an order of their own: see secrets.hpp.
struct LoadRequest {
    // Files and folders. A folder gives its *.hcl and *.json files in the order of their names,
    // without folders below.
    // "-" is standard input. A file of another name is JSON when it starts with {, else HCL.
    std::vector<std::string> paths;
    std::vector<std::string> fragments;  // texts given on the command line (-hcl), after the files
    std::vector<Override> overrides;     // flags
    std::vector<std::pair<std::string, std::string>>
        environment;  // WEFT_CONFIG_PORTS_HTTP=..; others are skipped
    // What an earlier load read of paths that can be read only once: LoadResult::read_once.
    std::map<std::string, std::shared_ptr<const Source>> read_once;
    bool dev_mode = false;
    std::optional<HostFacts> host;                  // none: asked of the machine
    std::optional<std::string> credentials_folder;  // systemd's, with secrets named like their keys
    // Also warns of what the start itself would find out: for `weft validate`.
    bool thorough = false;
};

struct LoadResult {
    std::optional<AgentConfig> config;  // only when there was no error
    Diagnostics diagnostics;
    std::vector<std::string> files;
    // Texts of standard input and of pipes, by path, for the next load.
    std::map<std::string, std::shared_ptr<const Source>> read_once;

    bool ok() const { return config.has_value(); }
    std::string text() const { return render(diagnostics, files.size()); }
    std::string json() const { return render_json(diagnostics, files.size()); }
};

// Reads, merges, resolves and validates. All errors come in one run.
LoadResult load(const LoadRequest& request);

// The same for texts that were read already; touches files only to see that certificates can be
// read.
LoadResult load_texts(const std::vector<std::shared_ptr<const Source>>& sources,
                      const LoadRequest& request);

// The texts of files and of the files in folders, as LoadRequest::paths names them.
std::vector<std::shared_ptr<const Source>> read_sources(const std::vector<std::string>& paths,
                                                        Diagnostics& diagnostics);

// The variables of this process that start with WEFT_CONFIG_.
std::vector<std::pair<std::string, std::string>> config_environment();

}  // namespace weft::agent
