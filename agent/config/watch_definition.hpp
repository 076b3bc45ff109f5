#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/time.hpp"
#include "agent/catalog/definition_fields.hpp"

namespace weft::agent {

// A text or a list of them.
struct OneOrMore {
    std::vector<std::string> texts;
    bool operator==(const OneOrMore&) const = default;
};

// Where a watch of handler_type http sends what changed.
struct WatchHttpHandler {
    std::string path;  // a URL
    std::string method = "POST";
    Duration timeout = std::chrono::seconds(10);
    std::vector<std::pair<std::string, OneOrMore>> header;
    bool tls_skip_verify = false;
    bool operator==(const WatchHttpHandler&) const = default;
};

// One of `watches`: a view of the catalog or the keys, and what is run when it changes. The types
// and their parameters are those of the command `watch`.
struct WatchDefinition {
    std::string type;
    std::string handler_type = "script";
    std::string handler;            // a line for the shell
    std::vector<std::string> args;  // or a program with its arguments
    std::optional<WatchHttpHandler> http_handler;
    std::string datacenter;
    std::string token;
    bool stale = false;
    std::string key;
    std::string prefix;
    std::string service;
    OneOrMore tag;
    bool passing_only = false;
    std::string state;
    std::string name;
    bool operator==(const WatchDefinition&) const = default;

    // The error's context says what is wrong, in Consul's words where it has some.
    Result<void> validate() const;

    // "service web -> /etc/weft/reload.sh", for people. Without credentials.
    std::string description() const;
};

template <class Reader>
void read_fields(Reader& read, WatchHttpHandler& handler) {
    read(FieldNames{"Path", "path"}, handler.path);
    read(FieldNames{"Method", "method"}, handler.method);
    read(FieldNames{"Timeout", "timeout"}, handler.timeout);
    read(FieldNames{"Header", "header"}, handler.header);
    read(FieldNames{"TLSSkipVerify", "tls_skip_verify"}, handler.tls_skip_verify);
}

template <class Reader>
void read_fields(Reader& read, WatchDefinition& watch) {
    read(FieldNames{"Type", "type"}, watch.type);
    read(FieldNames{"HandlerType", "handler_type"}, watch.handler_type);
    read(FieldNames{"Handler", "handler"}, watch.handler);
    read(FieldNames{"Args", "args"}, watch.args);
    read(FieldNames{"HTTPHandlerConfig", "http_handler_config"}, watch.http_handler);
    read(FieldNames{"Datacenter", "datacenter"}, watch.datacenter);
    read(FieldNames{"Token", "token"}, watch.token);
    read(FieldNames{"Stale", "stale"}, watch.stale);
    read(FieldNames{"Key", "key"}, watch.key);
    read(FieldNames{"Prefix", "prefix"}, watch.prefix);
    read(FieldNames{"Service", "service"}, watch.service);
    read(FieldNames{"Tag", "tag"}, watch.tag);
    read(FieldNames{"PassingOnly", "passingonly"}, watch.passing_only);
    read(FieldNames{"State", "state"}, watch.state);
    read(FieldNames{"Name", "name"}, watch.name);
}

}  // namespace weft::agent
