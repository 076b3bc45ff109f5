#include <fmt/format.h>

#include <utility>

#include "agent/config_entry/entry_json.hpp"
#include "api/http/config_entry_body.hpp"
#include "api/http/config_entry_write.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/go_text.hpp"
#include "api/http/selectors.hpp"
#include "api/http/write_answers.hpp"

// /v1/config: configuration entries; and weft's own /v1/internal/weft/config-entries, which writes
// a set of them.
namespace weft::api {
namespace {

using agent::ConfigEntryRow;
using agent::View;
using agent::WatchKind;

struct KindAndName {
    std::string kind;
    std::string name;
    bool has_name = false;
};

KindAndName split_path(std::string_view rest) {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return {std::string(rest), {}, false};
    return {std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1)), true};
}

std::string unknown_kind(std::string_view kind) {
    return fmt::format("invalid config entry kind: {}", kind);
}

std::string shown(const ConfigEntryRow& row) {
    return agent::with_indexes(row.body.view(), row.create_index.get(), row.modify_index.get());
}

CatalogQuery one(const KindAndName& of) {
    CatalogQuery query;
    query.watch = watch_of(WatchKind::OneConfigEntry, of.kind + "/" + of.name);
    query.render = [of](const View& view) -> Result<std::string> {
        const ConfigEntryRow* row = view.config_entry(of.kind, of.name);
        if (row != nullptr) return shown(*row);
        return make_error(Errc::NotFound, fmt::format("Config entry not found for {} / {}",
                                                      go_quote(of.kind), go_quote(of.name)));
    };
    return query;
}

CatalogQuery list(const std::string& kind) {
    CatalogQuery query;
    query.watch = {WatchKind::ConfigEntries, kind};
    query.cache_key = "config/" + kind;
    query.render = [kind](const View& view) -> Result<std::string> {
        std::string body;
        JsonWriter writer(body);
        writer.begin_array();
        for (const ConfigEntryRow* row : view.config_entries(kind)) writer.raw(shown(*row));
        writer.end_array();
        return body;
    };
    return query;
}

WorkerOutcome read(const Request& request) {
    const KindAndName of = split_path(request.rest);
    CatalogQuery query;
    if (!of.kind.empty() && !agent::entry_kind(of.kind)) {
        query = failing_query(make_error(Errc::InvalidArgument, unknown_kind(of.kind)));
    } else {
        query = of.has_name ? one(of) : list(of.kind);
    }
    query.shows_consistency = false;
    query.refusals_have_index = false;
    return query;
}

// ?cas=: nothing when it is not given. The error's context is Go's text.
Result<std::optional<std::uint64_t>> read_cas(const Request& request) {
    const auto text = request.parameter("cas").value_or("");
    if (text.empty()) return std::optional<std::uint64_t>();
    WEFT_TRY(const std::uint64_t number, go_parse_uint(text));
    return std::optional(number);
}

using TurnsPtr = std::shared_ptr<ConfigEntryTurns>;

void put(const EndpointsPtr& endpoints, const TurnsPtr& turns, const Request& request,
         Respond respond) {
    auto body = read_config_entry_body(request.body);
    if (!body) return respond(refused_body(body.error(), request));
    auto cas = read_cas(request);
    if (!cas) return respond(Response::text(500, cas.error().message()));
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);
    auto& [tree, entry] = body.value();
    if (auto valid = check_config_entry(entry, tree); !valid)
        return respond(refused_body(valid.error(), request));
    std::make_shared<ConfigEntryWrite>(
        endpoints, turns, std::vector{WantedChange{change_of(std::move(entry)), cas.value()}},
        answer_held(std::move(respond)))
        ->start();
}

// weft's own: several entries at once, all or none. With ?dry-run only what would be answered.
void put_all(const EndpointsPtr& endpoints, const TurnsPtr& turns, const Request& request,
             Respond respond) {
    auto wanted = read_config_entries_body(request.body);
    if (!wanted) return respond(refused_body(wanted.error(), request));
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);
    if (request.has("dry-run")) {
        const View view = endpoints->catalog.view();
        if (!may_hold(view, wanted.value())) return respond(Response::json("false"));
        const auto command = command_for(view, wanted.value());
        return respond(command ? Response::json("true")
                               : Response::text(500, command.error().message()));
    }
    std::make_shared<ConfigEntryWrite>(endpoints, turns, std::move(wanted).value(),
                                       answer_held(std::move(respond)))
        ->start();
}

// Newer versions of Consul take ?cas= here, too, and answer with a word then.
void erase(const EndpointsPtr& endpoints, const TurnsPtr& turns, const Request& request,
           Respond respond) {
    const KindAndName of = split_path(request.rest);
    if (of.kind.empty() || of.name.empty())
        return respond(Response::text(404, "Must provide both a kind and name to delete"));
    const auto kind = agent::entry_kind(of.kind);
    if (!kind) return respond(Response::text(400, unknown_kind(of.kind)));
    auto cas = read_cas(request);
    if (!cas) return respond(Response::text(500, cas.error().message()));
    if (auto refusal = refuse_foreign(request, endpoints->facts)) return respond(*refusal);

    Writer::Done answer = answer_held(respond);
    if (!cas.value()) {
        answer = [respond = std::move(respond)](const Result<Written>& written) {
            if (!written) return respond(Response::text(500, written.error().message()));
            respond(Response::json("{}"));
        };
    }
    const agent::EntryChange change{agent::entry_key(*kind, of.name), nullptr};
    std::make_shared<ConfigEntryWrite>(
        endpoints, turns, std::vector{WantedChange{change, cas.value()}}, std::move(answer))
        ->start();
}

}  // namespace

void add_config_entry_routes(std::vector<Route>& routes, const EndpointsPtr& endpoints) {
    const auto in_turn = [&, turns = std::make_shared<ConfigEntryTurns>()](auto write) {
        return write_handler(endpoints, [turns, write](const EndpointsPtr& own,
                                                       const Request& request, Respond respond) {
            write(own, turns, request, std::move(respond));
        });
    };
    routes.push_back({"/v1/config", {{"PUT", in_turn(put)}}, {}});
    routes.push_back({std::string(kEntrySetPath), {{"PUT", in_turn(put_all)}}, {}});
    routes.push_back(
        {"/v1/config/", {{"GET", WorkerHandler(read)}, {"DELETE", in_turn(erase)}}, {}});
}

}  // namespace weft::api
