#include "agent/config/migrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "agent/config/hcl_writer.hpp"
#include "agent/config/letter_case.hpp"
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

// A definition without the tokens of it and its checks; tells of each.
TreeNode without_tokens(TreeNode block, const std::function<void(const Span&)>& tell) {
    std::erase_if(block.members, [&](const auto& member) {
        const bool is_token = lower_case(member.key) == "token";
        if (is_token) tell(member.key_span);
        return is_token;
    });
    for (auto& member : block.members) {
        if (member.value.is(Kind::Object))
            member.value = without_tokens(std::move(member.value), tell);
        for (TreeNode& item : member.value.items)
            if (item.is(Kind::Object)) item = without_tokens(std::move(item), tell);
    }
    return block;
}

class Migrator {
public:
    explicit Migrator(bool with_secrets) : with_secrets_(with_secrets) {}

    void add(const std::shared_ptr<const Source>& source) {
        const Document document = parse_document(source, result_.diagnostics);
        settings_.add(document, result_.diagnostics);
        look_at(document.root, "", document);
    }

    Migration finish() {
        Block root;
        for (const auto& [path, setting] : settings_.all()) write_key(root, setting);
        root.write(result_.text, 0);
        for (const auto& [name, block] : definitions_) {
            result_.text += result_.text.empty() ? "" : "\n";
            write_block(result_.text, name, block);
        }
        return std::move(result_);
    }

private:
    void look_at(const TreeNode& section, const std::string& path, const Document& document) {
        for (const TreeNode::Member& member : section.members) {
            const std::string own = lower_case(path.empty() ? member.key : path + "." + member.key);
            const KeyRow* row = key_table().find(own);
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
        const std::string name = row.path.starts_with("service") ? "service" : "check";
        const auto left_out = [&](const Span& span) {
            result_.keys.push_back({Fate::Dropped, fmt::format("{}.token", row.path),
                                    fmt::format("{}:{}", document.source->name(), span.line),
                                    "a secret: write it into the new file yourself, or use "
                                    "-with-secrets",
                                    false});
        };
        const auto take = [&](const TreeNode& block) {
            if (!block.is(Kind::Object)) return;
            definitions_.emplace_back(name,
                                      with_secrets_ ? block : without_tokens(block, left_out));
        };
        take(member.value);
        for (const TreeNode& item : member.value.items) take(item);
    }

    void write_key(Block& root, const Setting& setting) const {
        const KeyRow& row = *setting.row;
        if (row.key_class != KeyClass::Implemented) return;
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
    Settings settings_;
    std::vector<std::pair<std::string, TreeNode>> definitions_;
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

Migration migrate(const std::vector<std::shared_ptr<const Source>>& sources, bool with_secrets) {
    Migrator migrator(with_secrets);
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
