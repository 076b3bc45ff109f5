#include "agent/config/migrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "agent/config/hcl_writer.hpp"
#include "agent/config/letter_case.hpp"
#include "agent/config/secret_words.hpp"
#include "agent/config/settings.hpp"

namespace weft::agent {
namespace {

using Fate = MigratedKey::Fate;
using Kind = TreeNode::Kind;

// The keys that are written, as blocks within blocks.
struct Block {
    std::vector<std::string> lines;
    std::map<std::string, Block> blocks;

    Block& at(std::string_view path) {
        Block* block = this;
        for (std::size_t dot = path.find('.'); dot != std::string_view::npos;
             dot = path.find('.')) {
            block = &block->blocks[std::string(path.substr(0, dot))];
            path.remove_prefix(dot + 1);
        }
        return *block;
    }

    void write(std::string& out, std::size_t indent) const {
        const std::string blanks(indent, ' ');
        for (const std::string& line : lines) out += blanks + line + "\n";
        for (const auto& [name, block] : blocks) {
            if (indent == 0 && !out.empty()) out += "\n";
            out += fmt::format("{}{} {{\n", blanks, name);
            block.write(out, indent + 2);
            out += blanks + "}\n";
        }
    }
};

// A definition without the secrets of it and its checks; tells of each.
TreeNode without_secrets(TreeNode block,
                         const std::function<void(const std::string&, const Span&)>& tell) {
    std::erase_if(block.members, [&](const auto& member) {
        const bool is_secret = is_secret_key(lower_case(member.key));
        if (is_secret) tell(member.key, member.key_span);
        return is_secret;
    });
    for (auto& member : block.members) {
        if (member.value.is(Kind::Text) && !credentials_in(member.value.text).empty()) {
            member.value.text = without_credentials(std::move(member.value.text));
            tell(member.key, member.key_span);
        }
        if (member.value.is(Kind::Object))
            member.value = without_secrets(std::move(member.value), tell);
        for (TreeNode& item : member.value.items)
            if (item.is(Kind::Object)) item = without_secrets(std::move(item), tell);
    }
    return block;
}

bool is_not_after(const Span& a, const Span& b) {
    return a.line < b.line || (a.line == b.line && a.column <= b.column);
}

// Takes away the innermost member that the place is in; gives its path, empty when there is none.
std::string remove_member(TreeNode& node, const Span& at) {
    if (node.is(Kind::List)) {
        for (auto item = node.items.rbegin(); item != node.items.rend(); ++item)
            if (is_not_after(item->span, at)) return remove_member(*item, at);
        return {};
    }
    for (auto member = node.members.rbegin(); member != node.members.rend(); ++member) {
        if (!is_not_after(member->key_span, at)) continue;
        const std::string key = member->key;
        const std::string inner = remove_member(member->value, at);
        if (inner.empty()) node.members.erase(std::next(member).base());
        return inner.empty() ? key : key + "." + inner;
    }
    return {};
}

// Whether the agent of another machine might not complain.
bool is_of_this_machine(const Diagnostic& found) {
    for (const char* code : {"W1024", "W1046", "W1047", "W1051"})
        if (found.code == code) return true;
    return found.code == "W1014" && found.place && found.place->source &&
           found.place->source->text_at(found.place->span).find("{{") != std::string_view::npos;
}

// The label is the reason where the message only says that there is one.
std::string reason_of(const Diagnostic& found) {
    if (found.code == "W1020" || found.code == "W1054" || found.code == "W1056") return found.label;
    if (found.code == "W1030" || found.label.empty()) return found.message;
    return fmt::format("{}: {}", found.message, found.label);
}

// It may be given as a flag.
bool is_missing_folder(const Diagnostic& found) {
    return found.code == "W1021" && !found.place;
}

class Migrator {
public:
    Migrator(bool with_secrets, const LoadRequest& request)
        : with_secrets_(with_secrets), request_(request) {}

    void add(const std::shared_ptr<const Source>& source) {
        const Document document = parse_document(source, told_);
        sources_.push_back(source);
        settings_.add(document, told_);
        look_at(document.root, "", document);
    }

    Migration finish() {
        const LoadResult loaded = load_texts(sources_, request_);
        for (const Diagnostic& found : loaded.diagnostics.all())
            if (found.severity == Severity::Error && !is_of_this_machine(found) && refuse(found))
                refusals_.insert(text_of(found));
        for (const Diagnostic& found : told_.all())
            if (!refusals_.contains(text_of(found))) tell(found);
        write();
        check();
        return std::move(result_);
    }

private:
    // A member of the sources that a message may be about.
    struct Member {
        const Source* source;
        Span span;
        const KeyRow* row;  // null: of no key
        std::size_t key;    // among those of the result
    };

    // A service, check or entry of a member.
    struct Definition {
        std::string name;
        TreeNode block;
        const Source* source;
        Span span;
        std::size_t key;
        bool is_dropped = false;
    };

    void write() {
        Block root;
        for (const auto& [path, setting] : settings_.all()) write_key(root, setting);
        root.write(result_.text, 0);
        for (const Definition& definition : definitions_) {
            if (definition.is_dropped) continue;
            result_.text += result_.text.empty() ? "" : "\n";
            if (definition.name != "bootstrap") {
                write_block(result_.text, definition.name, definition.block);
                continue;
            }
            result_.text += "config_entries {\n";
            write_block(result_.text, definition.name, definition.block, 2);
            result_.text += "}\n";
        }
    }

    // The text must load: what is refused now could not be told from the sources.
    void check() {
        const LoadResult loaded = load_texts({Source::make("weft.hcl", result_.text)}, request_);
        if (result_.diagnostics.has_errors()) return;
        for (const Diagnostic& found : loaded.diagnostics.all()) {
            if (found.severity != Severity::Error || is_of_this_machine(found) ||
                is_missing_folder(found))
                continue;
            tell(found);
        }
    }

    void tell(const Diagnostic& found) {
        Diagnostics& all = result_.diagnostics;
        Diagnostic& own = found.severity == Severity::Error
                              ? all.error(found.code, found.message, found.place)
                              : all.warning(found.code, found.message, found.place);
        own = found;
    }

    static std::string text_of(const Diagnostic& found) {
        if (!found.place || !found.place->source) return found.message;
        return fmt::format("{}:{}:{}: {}", found.place->source->name(), found.place->span.line,
                           found.place->span.column, found.message);
    }

    // What the message is about is left out, with the reason. False: it cannot be told which key
    // that is, or it is the text that is wrong.
    bool refuse(const Diagnostic& found) {
        if (found.code < "W1010" || !found.place || !found.place->source) return false;
        const auto last = [&](auto& all) {
            return std::find_if(all.rbegin(), all.rend(), [&](const auto& one) {
                return one.source == found.place->source.get() &&
                       is_not_after(one.span, found.place->span);
            });
        };
        const auto member = last(members_);
        if (member == members_.rend() || member->row == nullptr) return false;
        const std::string why = reason_of(found);
        if (member->row->type == ValueType::Definitions) {
            const auto definition = last(definitions_);
            if (definition == definitions_.rend() || definition->key != member->key) return false;
            refuse_definition(*definition, found, why);
            return true;
        }
        if (!refused_.insert(member->row).second) return true;
        for (const Member& one : members_) {
            if (one.row != member->row) continue;
            MigratedKey& key = result_.keys[one.key];
            if (key.fate != Fate::Dropped) drop(key, why);
        }
        return true;
    }

    // Of one that asks for what weft does not have only that is left out.
    void refuse_definition(Definition& definition, const Diagnostic& found,
                           const std::string& why) {
        if (definition.is_dropped) return;
        MigratedKey key = result_.keys[definition.key];
        key.place = fmt::format("{}:{}", definition.source->name(), found.place->span.line);
        std::string part;
        if (found.code == "W1020") part = remove_member(definition.block, found.place->span);
        definition.is_dropped = part.empty();
        if (!part.empty()) key.key += "." + part;
        const bool is_only =
            std::count_if(definitions_.begin(), definitions_.end(),
                          [&](const Definition& one) { return one.key == definition.key; }) == 1;
        if (part.empty() && is_only) return drop(result_.keys[definition.key], why);
        drop(key, why);
        result_.keys.push_back(std::move(key));
    }

    static void drop(MigratedKey& key, const std::string& why) {
        key.fate = Fate::Dropped;
        key.why = why;
        key.was_asked_for = true;
    }

    void look_at(const TreeNode& section, const std::string& path, const Document& document) {
        for (const TreeNode::Member& member : section.members) {
            const std::string own = lower_case(path.empty() ? member.key : path + "." + member.key);
            const KeyRow* row = key_table().find(own);
            members_.push_back({document.source.get(), member.key_span, nullptr, 0});
            if (row != nullptr) {
                look_at_key(*row, member, document);
            } else if (member.value.is(Kind::Object)) {
                look_at(member.value, own, document);
            } else if (member.value.is(Kind::List)) {
                for (const TreeNode& item : member.value.items)
                    if (item.is(Kind::Object)) look_at(item, own, document);
            }
        }
    }

    void look_at_key(const KeyRow& written, const TreeNode::Member& member,
                     const Document& document) {
        if (member.value.is(Kind::Null)) return;
        const bool renamed = written.key_class == KeyClass::Renamed;
        const KeyRow* row = renamed ? key_table().find(written.note) : &written;
        MigratedKey key{Fate::Kept, std::string(written.path),
                        fmt::format("{}:{}", document.source->name(), member.key_span.line), "",
                        false};
        if (row == nullptr || row->key_class == KeyClass::NoEffect) {
            key.fate = Fate::Dropped;
            key.why = row == nullptr ? "removed" : std::string(row->note);
        } else if (row->key_class == KeyClass::Refused) {
            Diagnostics ignored;
            const auto value =
                read_value(*row, member.value, document.place(member.value.span), ignored);
            key.fate = Fate::Dropped;
            key.was_asked_for = value && !is_off(*row, *value);
            key.why = key.was_asked_for ? std::string(row->note) : "off, as it is without the key";
        } else if (row->is_secret && settings_.find(row->path) == nullptr) {
            key.fate = Fate::Dropped;
            key.why = "empty, as it is without the key";
        } else if (row->is_secret && !with_secrets_) {
            key.fate = Fate::Translated;
            key.why =
                fmt::format("give it as credential `{}` or file `{}_file`", row->path, row->path);
        } else if (renamed) {
            key.fate = Fate::Renamed;
            key.why = row->path;
        } else if (row->type == ValueType::Definitions) {
            key.why = "as it is";
        } else {
            translate(*row, member, document, key);
        }
        members_.back().row = row;
        members_.back().key = result_.keys.size();
        result_.keys.push_back(std::move(key));
        if (row != nullptr && row->type == ValueType::Definitions)
            take_definitions(*row, member, document);
    }

    // A value that Consul takes in several forms is written in one.
    void translate(const KeyRow& row, const TreeNode::Member& member, const Document& document,
                   MigratedKey& key) const {
        Diagnostics ignored;
        const auto value =
            read_value(row, member.value, document.place(member.value.span), ignored);
        if (!value) return;
        const bool unwrapped = member.value.is(Kind::List) && row.type != ValueType::Texts;
        const bool reworded = member.value.is(Kind::Text) &&
                              (row.type == ValueType::Period || row.type == ValueType::Choice) &&
                              written_value(row, *value) != quoted_text(member.value.text);
        if (!unwrapped && !reworded) return;
        key.fate = Fate::Translated;
        key.why = written_value(row, *value);
    }

    void take_definitions(const KeyRow& row, const TreeNode::Member& member,
                          const Document& document) {
        const bool is_entry = row.path.starts_with("config_entries");
        const std::string name = is_entry                          ? "bootstrap"
                                 : row.path.starts_with("watches") ? "watches"
                                 : row.path.starts_with("service") ? "service"
                                                                   : "check";
        const std::size_t key = result_.keys.size() - 1;
        const auto left_out = [&](const std::string& secret, const Span& span) {
            result_.keys.push_back({Fate::Dropped, fmt::format("{}.{}", row.path, secret),
                                    fmt::format("{}:{}", document.source->name(), span.line),
                                    "a secret: write it into the new file yourself, or use "
                                    "-with-secrets",
                                    false});
        };
        const auto take = [&](const TreeNode& block, const Span& span) {
            if (!block.is(Kind::Object)) return;
            const bool whole = with_secrets_ || is_entry;
            definitions_.push_back({name, whole ? block : without_secrets(block, left_out),
                                    document.source.get(), span, key});
        };
        take(member.value, member.key_span);
        for (const TreeNode& item : member.value.items) take(item, item.span);
    }

    void write_key(Block& root, const Setting& setting) const {
        const KeyRow& row = *setting.row;
        if (row.key_class != KeyClass::Implemented || refused_.contains(&row)) return;
        const std::string name(row.path.substr(row.path.rfind('.') + 1));
        auto& lines = root.at(row.path).lines;
        if (row.is_secret && !with_secrets_) {
            lines.push_back(fmt::format("# {} is a secret: see {}:{}", name,
                                        setting.place.source->name(), setting.place.span.line));
            return;
        }
        lines.push_back(fmt::format("{} = {}", name, written_value(row, setting.value)));
    }

    bool with_secrets_;
    const LoadRequest& request_;
    std::vector<std::shared_ptr<const Source>> sources_;
    Settings settings_;
    std::vector<Member> members_;          // in their order
    std::vector<Definition> definitions_;  // likewise
    std::set<const KeyRow*> refused_;
    std::set<std::string> refusals_;  // what became of these messages stands at the keys
    Diagnostics told_;                // while reading
    Migration result_;
};

std::string_view word(Fate fate) {
    switch (fate) {
        case Fate::Kept:
            return "kept";
        case Fate::Renamed:
            return "renamed";
        case Fate::Translated:
            return "translated";
        case Fate::Dropped:
            return "dropped";
    }
    return "";
}

}  // namespace

bool Migration::is_complete() const {
    return !diagnostics.has_errors() &&
           std::none_of(keys.begin(), keys.end(),
                        [](const MigratedKey& key) { return key.was_asked_for; });
}

Migration migrate(const std::vector<std::shared_ptr<const Source>>& sources, bool with_secrets,
                  const LoadRequest& request) {
    Migrator migrator(with_secrets, request);
    for (const auto& source : sources) migrator.add(source);
    return migrator.finish();
}

std::string render(const std::vector<MigratedKey>& keys) {
    std::size_t width = 0;
    for (const MigratedKey& key : keys) width = std::max(width, key.key.size());
    std::string out;
    for (const MigratedKey& key : keys) {
        out += fmt::format("{:<10}  {:<{}}  {}{}{}\n", word(key.fate), key.key, width, key.place,
                           key.why.empty() ? "" : "  ", key.why);
    }
    return out;
}

}  // namespace weft::agent
