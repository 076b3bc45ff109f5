#include <fmt/format.h>

#include "agent/base/go_quote.hpp"
#include "agent/catalog/command.hpp"
#include "agent/catalog/field_codec.hpp"
#include "agent/catalog/record_key.hpp"
#include "agent/catalog/record_list.hpp"
#include "agent/catalog/tag_limits.hpp"

namespace weft::agent {
namespace {

constexpr std::uint64_t kFormatVersion = 1;

// What a kind of command is called in the log.
std::string_view kind_of(const RegisterCommand&) {
    return "register";
}
std::string_view kind_of(const DeregisterCommand&) {
    return "deregister";
}
std::string_view kind_of(const KvCommand&) {
    return "kv";
}
std::string_view kind_of(const SessionCreateCommand&) {
    return "session-create";
}
std::string_view kind_of(const SessionDestroyCommand&) {
    return "session-destroy";
}
std::string_view kind_of(const PreparedQueryCommand&) {
    return "prepared-query";
}
std::string_view kind_of(const TransactionCommand&) {
    return "txn";
}
std::string_view kind_of(const AutopilotCommand&) {
    return "autopilot";
}
std::string_view kind_of(const PutConfigEntryCommand&) {
    return "put-config-entry";
}
std::string_view kind_of(const PutConfigEntriesCommand&) {
    return "put-config-entries";
}
std::string_view kind_of(const DeleteConfigEntryCommand&) {
    return "delete-config-entry";
}
std::string_view kind_of(const RestoreCommand&) {
    return "restore";
}

// Looks for the first list that the reader would refuse.
class LimitChecker {
public:
    template <class T>
    void operator()(std::string_view name, const T& value) {
        name_ = name;
        look(value);
    }
    template <class T>
    void always(std::string_view, const T&) {}

    Result<void> result() const { return error_ ? Result<void>(*error_) : success(); }

private:
    template <class T>
    void look(const T& value) {
        if constexpr (HasFields<const T, LimitChecker>) visit_fields(*this, value);
    }
    void look(const TextList&) {}
    template <class T>
    void look(const Shared<T>& value) {
        if (!value.is_null()) look(value.get());
    }
    template <class T>
    void look(const std::optional<T>& value) {
        if (value) look(*value);
    }
    template <class T>
    void look(const std::vector<T>& list) {
        count(list.size());
        for (const T& element : list) look(element);
    }
    template <class T>
    void look(const std::vector<std::pair<SharedText, T>>& map) {
        count(map.size());
        for (const auto& [key, value] : map) look(value);
    }

    void count(std::size_t size) {
        if (size <= kMaxListedRows || error_) return;
        error_ =
            make_error(Errc::Limit, fmt::format("Too many entries in \"{}\": {}, the limit is {}",
                                                name_, size, kMaxListedRows));
    }

    std::string_view name_;  // of the field that is looked at
    std::optional<Error> error_;
};

template <class Body>
Result<void> check_known(const Body&) {
    return success();
}
// What is left out here would be in the state of newer replicas.
Result<void> check_known(const RestoreCommand& piece) {
    for (const StoredRecord& record : piece.records) {
        const auto tag = record.key.empty() ? TableTag{} : static_cast<TableTag>(record.key[0]);
        if (!is_table(tag)) {
            return make_error(
                Errc::Unsupported,
                fmt::format("restore of rows of an unknown kind ({})", table_name(tag)));
        }
    }
    return success();
}

template <class Body>
Result<Command> decode_body(MsgpackReader& reader) {
    Body body;
    FieldReader(reader).read_struct(body);
    if (reader.failed() || !reader.at_end())
        return make_error(Errc::Corrupt, "the catalog command is malformed");
    WEFT_TRY(check_known(body));
    return Command(std::move(body));
}

// Tries one kind after the other.
template <std::size_t i = 0>
Result<Command> decode_kind(std::string_view kind, MsgpackReader& reader) {
    if constexpr (i < std::variant_size_v<Command>) {
        using Body = std::variant_alternative_t<i, Command>;
        if (kind == kind_of(Body())) return decode_body<Body>(reader);
        return decode_kind<i + 1>(kind, reader);
    } else {
        return make_error(Errc::Unsupported, fmt::format("catalog command of unknown kind \"{}\"",
                                                         kind.substr(0, 64)));
    }
}

Result<void> check_bounds(const KvOperation& operation, const CommandLimits& limits) {
    if (operation.value.size() <= limits.kv_value_bytes) return success();
    return make_error(Errc::Limit, fmt::format("Value for key {} is too large ({} > {} bytes)",
                                               go_quote(operation.key), operation.value.size(),
                                               limits.kv_value_bytes));
}

Result<void> check_bounds(const ServiceRow& service) {
    if (const auto problem = tags_problem(service.tags.get()))
        return make_error(Errc::Limit,
                          fmt::format("Service {}: {}", go_quote(service.name), *problem));
    return success();
}

Result<void> check_bounds(const RegisterCommand& command) {
    return command.service ? check_bounds(*command.service) : success();
}

Result<void> check_bounds(const TransactionCommand& command, const CommandLimits& limits) {
    const std::size_t count = command.operations.size();
    if (count > limits.transaction_operations) {
        return make_error(Errc::Limit,
                          fmt::format("Transaction contains too many operations ({} > {})", count,
                                      limits.transaction_operations));
    }
    for (const TransactionOperation& operation : command.operations) {
        if (operation.kv) {
            WEFT_TRY(check_bounds(*operation.kv, limits));
        }
        if (operation.service) {
            WEFT_TRY(check_bounds(operation.service->service));
        }
    }
    return success();
}

}  // namespace

std::string encode(const Command& command) {
    std::string out;
    out.reserve(512);
    FieldWriter writer(out);
    writer.write_array_head(3);
    writer.write(kFormatVersion);
    std::visit(
        [&](const auto& body) {
            writer.write(kind_of(body));
            writer.write_struct(body);
        },
        command);
    return out;
}

void set_time(Command& command, UnixMillis time) {
    std::visit(
        [&](auto& body) {
            if constexpr (requires { body.time; }) body.time = time;
        },
        command);
}

UnixMillis time_of(const Command& command) {
    return std::visit(
        [](const auto& body) {
            if constexpr (requires { body.time; }) {
                return body.time;
            } else {
                return UnixMillis();
            }
        },
        command);
}

Result<void> check_limits(const Command& command, const CommandLimits& limits) {
    if (const auto* registration = std::get_if<RegisterCommand>(&command)) {
        WEFT_TRY(check_bounds(*registration));
    }
    if (const auto* kv = std::get_if<KvCommand>(&command)) {
        WEFT_TRY(check_bounds(kv->operation, limits));
    }
    if (const auto* transaction = std::get_if<TransactionCommand>(&command)) {
        WEFT_TRY(check_bounds(*transaction, limits));
    }
    LimitChecker checker;
    std::visit([&](const auto& body) { visit_fields(checker, body); }, command);
    return checker.result();
}

Result<Command> decode_command(std::span<const std::byte> bytes) {
    MsgpackReader reader({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (reader.read_array() != 3)
        return make_error(Errc::Corrupt, "the bytes are no catalog command");
    const std::uint64_t version = reader.read_unsigned();
    const std::string_view kind = reader.read_text();
    if (reader.failed()) return make_error(Errc::Corrupt, "the bytes are no catalog command");
    if (version != kFormatVersion) {
        return make_error(Errc::Unsupported,
                          fmt::format("catalog command of format version {}: this program knows {}",
                                      version, kFormatVersion));
    }
    return decode_kind(kind, reader);
}

}  // namespace weft::agent
