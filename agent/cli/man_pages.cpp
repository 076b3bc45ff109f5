#include "agent/cli/man_pages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/cli/help.hpp"

namespace weft::agent {

namespace {

// Roff takes a backslash, and a dot or quote at the start of a line, for its own.
std::string escaped(std::string_view text) {
    std::string out;
    bool at_start = true;
    for (const char c : text) {
        if (at_start && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
        at_start = c == '\n';
    }
    return out;
}

std::string dashed(std::string path) {
    std::replace(path.begin(), path.end(), ' ', '-');
    return path;
}

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

std::string title(const std::string& name, int section, const std::string& version) {
    return fmt::format(".TH \"{}\" {} \"\" \"weft {}\" \"weft\"\n", escaped(upper(name)), section,
                       version);
}

std::string lines_as_they_are(std::string_view text) {
    return fmt::format(".nf\n{}\n.fi\n", escaped(text));
}

ManPage command_page(const CliCommand& command, const std::string& version) {
    const std::string name = "weft-" + dashed(command.path);
    std::string text = title(name, 1, version);
    text += fmt::format(".SH NAME\n{} \\- {}\n", escaped(name), escaped(command.summary));
    text += fmt::format(".SH SYNOPSIS\n.B weft {}\n[flags] {}\n", escaped(command.path),
                        escaped(command.words));
    const auto flags = shown_flags(command);
    if (!flags.empty()) text += ".SH OPTIONS\n";
    for (const CliFlag* flag : flags)
        text += fmt::format(".TP\n.B \\-{} {}\n{}\n", escaped(flag->name), escaped(flag->value),
                            escaped(flag->help));
    if (!command.examples.empty()) text += ".SH EXAMPLES\n";
    std::string examples;
    for (const std::string& example : command.examples) examples += example + "\n";
    if (!examples.empty()) text += lines_as_they_are(examples);
    text += ".SH SEE ALSO\n.BR weft (1)\n";
    return {name + ".1", text};
}

ManPage overview_page(std::span<const CliCommand> commands, const std::string& version) {
    std::string text = title("weft", 1, version);
    text +=
        ".SH NAME\nweft \\- service discovery and mesh in one program\n"
        ".SH SYNOPSIS\n.B weft\nCOMMAND [flags] [arguments]\n.SH COMMANDS\n";
    for (const CliCommand& command : commands)
        text += fmt::format(".TP\n.B {}\n{}\n", escaped(command.path), escaped(command.summary));
    text +=
        ".SH ENVIRONMENT\n.TP\n.B WEFT_HTTP_ADDR, CONSUL_HTTP_ADDR\nthe agent to ask\n"
        ".TP\n.B WEFT_TOKEN, WEFT_TOKEN_FILE, CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_FILE\nthe token "
        "of requests\n"
        ".TP\n.B WEFT_HTTP_SSL, WEFT_HTTP_SSL_VERIFY, WEFT_CACERT, WEFT_CAPATH, "
        "WEFT_CLIENT_CERT, WEFT_CLIENT_KEY, WEFT_TLS_SERVER_NAME\n"
        "TLS to the agent; each also with CONSUL_ in place of WEFT_\n"
        ".TP\n.B WEFT_HTTP_AUTH, CONSUL_HTTP_AUTH\nuser:password of a proxy before the agent\n"
        ".TP\n.B WEFT_CONTEXT\nthe context to use, see\n.BR weft\\-context\\-add (1);\n"
        "the variables above are stronger\n"
        ".TP\n.B WEFT_FORMAT\njson: what \\-format is where it is not given\n"
        ".TP\n.B WEFT_CONFIG_*\nkeys of the agent's configuration\n"
        ".SH EXIT STATUS\n0 ok, 1 the agent said no, 2 usage, 3 no agent answered, 4 permission "
        "denied, 5 not found, 6 no leader, 7 timed out, 128 + N ended by signal N.\n.SH SEE "
        "ALSO\n.BR weft.hcl (5)\n";
    return {"weft.1", text};
}

}  // namespace

std::vector<ManPage> man_pages(std::span<const CliCommand> commands, const std::string& version,
                               const std::string& config_keys) {
    std::vector<ManPage> pages = {overview_page(commands, version)};
    for (const CliCommand& command : commands) pages.push_back(command_page(command, version));
    std::string config = title("weft.hcl", 5, version);
    config +=
        ".SH NAME\nweft.hcl \\- configuration of the weft agent\n.SH DESCRIPTION\n"
        "Files are HCL 1 or JSON. Keys of a block are written inside it: ports.http is\n"
        "ports { http = 8500 }.\n.SH KEYS\n" +
        lines_as_they_are(config_keys) + ".SH SEE ALSO\n.BR weft\\-agent (1)\n";
    pages.push_back({"weft.hcl.5", config});
    return pages;
}

}  // namespace weft::agent
