#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/cli/command.hpp"

namespace weft::agent {

// A named target of commands: which agent, and who asks. Tokens stay in files of their own.
struct Context {
    std::string name;
    std::string address;  // as -http-addr
    std::string datacenter;
    std::string token_file;
    std::string ca_file;
    std::string client_cert;
    std::string client_key;
    std::string tls_server_name;
};

// The contexts of a user: a JSON file, closed to others.
struct ContextBook {
    std::string current;  // used when nothing else is said; may be empty
    std::vector<Context> contexts;

    const Context* find(std::string_view name) const;
};

// $XDG_CONFIG_HOME/weft/contexts.json, or below ~/.config. InvalidArgument when neither is known.
Result<std::string> context_path(const CliConsole& console);

// An empty book when there is no file.
Result<ContextBook> read_contexts(const std::string& path);
Result<void> write_contexts(const std::string& path, const ContextBook& book);

// What -context, WEFT_CONTEXT or the current context say; an empty one when nothing does, and when
// an address is given without -context. A name that does not exist is an error.
Result<Context> find_context(const CliArguments& arguments, const CliConsole& console);

}  // namespace weft::agent
