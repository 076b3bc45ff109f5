#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/base/json_writer.hpp"
#include "api/http/endpoints.hpp"
#include "api/http/row_json.hpp"

// GET /v1/kv/:key: one key, all below a prefix, or their names.
namespace weft::api {
namespace {

using agent::KvRow;
using agent::View;
using agent::WatchKind;

constexpr std::size_t kBytesPerRow = 128;  // besides its value; a guess, to allocate once

Error missing() {
    return make_error(Errc::NotFound);
}

Result<std::string> render_value(const View& view, std::string_view key) {
    const KvRow* row = view.key(key);
    if (!row) return missing();
    return std::string(row->value.view());
}

Result<std::string> render_rows(const std::vector<const KvRow*>& rows) {
    if (rows.empty()) return missing();
    std::size_t bytes = 0;
    for (const KvRow* row : rows) bytes += kBytesPerRow + row->key.size() + row->value.size() * 2;
    std::string body;
    body.reserve(std::min(bytes, kMaxAnswerBytes));
    JsonWriter writer(body);
    write_rows(writer, rows, [&](const KvRow* row) { write_key(writer, *row); });
    return body;
}

Result<std::string> render_key(const View& view, std::string_view key) {
    const KvRow* row = view.key(key);
    if (!row) return missing();
    return render_rows({row});
}

// That there is no key at all is an answer: only a prefix may be missing.
Result<std::string> render_names(const View& view, std::string_view prefix,
                                 std::string_view separator) {
    const auto names = view.key_names(prefix, separator);
    if (names.empty() && !prefix.empty()) return missing();
    std::string body;
    JsonWriter writer(body);
    write_rows(writer, names, [&](std::string_view name) { writer.value(name); });
    return body;
}

CatalogQuery one_key(const Request& request) {
    CatalogQuery query;
    query.watch = {WatchKind::Key, request.rest};
    query.is_raw = request.has("raw");
    query.cache_key = (query.is_raw ? "kv/raw " : "kv ") + request.rest;
    query.render = [key = request.rest, is_raw = query.is_raw](const View& view) {
        return is_raw ? render_value(view, key) : render_key(view, key);
    };
    return query;
}

CatalogQuery keys_below(const Request& request) {
    CatalogQuery query;
    query.watch = {WatchKind::KeyPrefix, request.rest};
    query.cache_key = "kv/recurse " + request.rest;
    query.render = [prefix = request.rest](const View& view) {
        return render_rows(view.keys_below(prefix));
    };
    return query;
}

CatalogQuery names_below(const Request& request) {
    CatalogQuery query;
    // Consul knows it by both spellings.
    const auto separated = request.parameter("separator");
    std::string separator((separated ? separated : request.parameter("seperator")).value_or(""));
    query.watch = {WatchKind::KeyPrefix, request.rest};
    // The size tells where the separator, which may be any bytes, ends.
    query.cache_key = fmt::format("kv/keys {} {}{}", separator.size(), separator, request.rest);
    query.render = [prefix = request.rest, separator = std::move(separator)](const View& view) {
        return render_names(view, prefix, separator);
    };
    return query;
}

WorkerOutcome read(const Request& request) {
    const bool names = request.has("keys");
    const bool recurse = request.has("recurse");
    if (request.rest.empty() && !names && !recurse) return Response::text(400, "Missing key name");
    CatalogQuery query = names     ? names_below(request)
                         : recurse ? keys_below(request)
                                   : one_key(request);
    query.shows_consistency = false;
    query.refusals_have_index = false;
    return query;
}

}  // namespace

void add_kv_routes(std::vector<Route>& routes) {
    routes.push_back({"/v1/kv/", {{"GET", WorkerHandler(read)}}, {}});
}

}  // namespace weft::api
