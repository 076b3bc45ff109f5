#include "agent/config/code_pages.hpp"

namespace weft::agent {
namespace {

constexpr CodePage kPages[] = {
    {"W1001", "a file or folder cannot be read",
     "The message has the operating system's reason. Check the path and that the user of the "
     "agent\n"
     "may read it: `sudo -u weft cat FILE`. Of a folder only *.hcl and *.json files are read.\n"},
    {"W1002", "a syntax error",
     "The marked place cannot be read as HCL 1 or JSON. For a bracket that is never closed the\n"
     "opening one is marked; the note says where the search for its end gave up, which is mostly\n"
     "just behind the place where the closing one is missing. Files named *.json are read as "
     "JSON,\n"
     "*.hcl as HCL; others by their first character.\n"},
    {"W1003", "an expression of HCL 2",
     "Agent configuration is HCL 1, as Consul's: values are written out. There are no variables,\n"
     "functions, operators or conditions. Have the file made by a template tool, or set single\n"
     "values by WEFT_CONFIG_* variables and flags.\n"},
    {"W1004", "an unknown key",
     "No key of that name is known at that place. The message names the nearest one, or the block\n"
     "that has such a key. `weft help config` lists the keys that do something,\n"
     "`weft help config KEY` explains any that is known, and `weft config schema` lets an editor\n"
     "complete them.\n"},
    {"W1005", "a key is set twice in one file",
     "The later value counts. Remove one of them: whoever reads the file next may see only the\n"
     "first. Across files a later file replaces the values of earlier ones without a warning.\n"},
    {"W1006", "a file is too large or nests too deep",
     "A file may have 4 MiB, 200,000 values and 64 levels. Split it: several files of one folder\n"
     "are read in the order of their names, and their services and checks are added up.\n"},
    {"W1010", "a value of the wrong type",
     "The message says what the key takes and what stands there. Numbers and true or false have "
     "no\n"
     "quotes, texts and durations have them, lists stand in brackets.\n"},
    {"W1011", "a value out of range",
     "The value has the right type but is not allowed. `weft help config KEY` shows the range.\n"},
    {"W1012", "a value that is none of the possible ones",
     "The key takes certain words or a certain form only; the message names them.\n"},
    {"W1013", "a duration that cannot be read",
     "Durations are numbers with units, in quotes: \"90s\", \"1m30s\", \"250ms\", \"72h\". Units "
     "are h, m,\n"
     "s, ms, us and ns; there are no days.\n"},
    {"W1014", "an address that cannot be used",
     "The key takes IP addresses, as the message says with or without a port, or a template such "
     "as\n"
     "{{ GetPrivateIP }}, {{ GetPublicIP }} or {{ GetInterfaceIP \"eth0\" }}.\n"},
    {"W1020", "a feature that this version does not have",
     "The key is known, but what it asks for comes with a later version or is not part of weft.\n"
     "It is an error, since a file that asks for encryption and gets none would be worse than a\n"
     "refusal. Remove the key, or set it to the value that turns the feature off.\n"},
    {"W1021", "something is missing",
     "Another key needs this one. The help line of the message says what to set.\n"},
    {"W1022", "keys that contradict each other",
     "Each of the values is fine, both together are not. Change one of them.\n"},
    {"W1023", "two listeners on one port",
     "Two listeners of this configuration would use the same port on addresses that overlap. Give\n"
     "one of them another port, or an address of its own (`addresses`, `client_addr`, "
     "`bind_addr`).\n"},
    {"W1024", "a file or folder that is named cannot be used",
     "It does not exist, may not be read by this user, is empty, or is of the wrong kind. The\n"
     "agent's user must be able to reach it: look at all folders above it as well.\n"},
    {"W1030", "a service or check definition that is not valid",
     "The fields of the definition do not fit together: a check without an interval, weights that\n"
     "give an instance no traffic at all, a name that is missing. The message has the reason in "
     "the\n"
     "API's words.\n"},
    {"W1031", "an id is used twice",
     "Services and checks are told apart by their ids, which are their names unless an `id` is "
     "set.\n"
     "Give one of them an `id`.\n"},
    {"W1032", "a script check that will not run",
     "Script checks are off by default, since they run commands on this host. Set\n"
     "`enable_local_script_checks = true` to run those of configuration files.\n"},
    {"W1033", "a name that DNS cannot carry",
     "Nodes and services are found over DNS by their names, which may have at most 63 letters,\n"
     "digits and dashes. Everything else works with such a name.\n"},
    {"W1034", "a key without effect in dev mode",
     "An agent in dev mode keeps everything in memory. Start it without -dev to keep its data.\n"},
    {"W1035", "nothing can be asked over HTTP",
     "Neither the HTTP nor the HTTPS port is on. Only DNS answers then, and the agent's own "
     "commands\n"
     "cannot reach it.\n"},
    {"W1036", "a check of an unknown service",
     "The check names a `service_id` that no file defines. It will be refused unless the service "
     "is\n"
     "registered over the API before.\n"},
    {"W1037", "a private key is open to others",
     "Other users of this host may read it and pass for this agent. `chmod 600` it.\n"},
    {"W1040", "a part of the agent refuses its configuration",
     "What the keys say together makes no valid configuration of one part; the message has its\n"
     "reason.\n"},
    {"W1041", "a port is in use",
     "Another process listens on the port, so the agent would not start. Stop that process, or "
     "set\n"
     "the port. Only `weft validate` looks for it; an agent of weft that listens there is taken "
     "for\n"
     "the one whose configuration this is.\n"},
    {"W1042", "an address of another host",
     "No interface of this host has the address. To advertise such an address is right if it is\n"
     "translated on the way (NAT); else other agents will never reach this one. To bind it "
     "fails.\n"},
    {"W1043", "the agent would join itself",
     "Every address of `retry_join` is this agent's own. Name at least one other agent. The same\n"
     "list on all agents is fine, as long as it names more than one.\n"},
    {"W1044", "an even number of servers",
     "A majority decides: four servers need three, and so stand the loss of one, as three do. Use "
     "3,\n"
     "5 or 7.\n"},
    {"W1045", "a port that needs a capability",
     "Ports below the system's limit (net.ipv4.ip_unprivileged_port_start) are for processes with\n"
     "CAP_NET_BIND_SERVICE. The unit of the package gives it to the agent; this check looked at "
     "the\n"
     "user that ran it.\n"},
    {"W1046", "certificate and key cannot be used",
     "The files must be PEM, the key without a password, and the key that of the certificate.\n"
     "Compare them: `openssl x509 -noout -pubkey -in CERT` and `openssl pkey -pubout -in KEY`.\n"},
    {"W1047", "a certificate that clients will refuse",
     "It has expired or soon will, is not valid yet, or has no subjectAltName. A reload reads\n"
     "certificates again; a new one needs no restart.\n"},
    {"W1048", "commands over the network",
     "`enable_script_checks` lets everybody who reaches the API register checks that run commands\n"
     "here, and the API listens on more than loopback. Use `enable_local_script_checks`, or say "
     "with\n"
     "`http_config.allow_write_http_from` who may write.\n"},
    {"W1049", "the domain holds a search domain",
     "The resolver of this host appends its search domain to short names. With the domain of the\n"
     "agent around it, all such names would be asked of the agent, which knows none of them.\n"},
    {"W1050", "the data folder is not the agent's alone",
     "Tokens and keys are kept in `data_dir`. It should belong to the user of the agent and have "
     "the\n"
     "mode 0700, which the agent gives it when it may.\n"},
    {"W1051", "the file of a secret is open to others",
     "A file that KEY_file names may be readable by its owner only: `chmod 600` it. Credentials "
     "of\n"
     "systemd are exempt, since their folder is closed.\n"},
    {"W1052", "a secret stands in the open",
     "Whoever reads the file, or lists the processes, knows the secret. Better, from the best on:\n"
     "  systemd's credential of the key's name: LoadCredential=encrypt:/etc/weft/encrypt.key\n"
     "  a file of its own: encrypt_file = \"/etc/weft/encrypt.key\", mode 0600\n"
     "  the environment: WEFT_CONFIG_ENCRYPT\n"},
    {"W1053", "a secret is given more than once",
     "The strongest source counts: credential, then file, then environment, then the "
     "configuration\n"
     "itself. Remove the others, so that nobody changes one that is not used.\n"},
    {"W1054", "a configuration entry that is not valid",
     "An entry of `config_entries.bootstrap` has a field that is unknown or has a value that it\n"
     "may not have, in the API's words. `weft config write` would refuse it likewise.\n"},
    {"W1055", "configuration entries that do not go together",
     "The entries of `config_entries.bootstrap` are written when the agent starts, each where the\n"
     "catalog has none of its kind and name. One stands there twice, or some break each other, "
     "such\n"
     "as a router of a service whose protocol is tcp. What does not go together with the catalog "
     "then\n"
     "is not written, and the log says so.\n"},
    {"W1056", "a watch that is not valid",
     "A watch has a `type` with its parameters, as the command `watch` has, and one handler: "
     "`args`,\n"
     "`handler`, or `handler_type = \"http\"` with an `http_handler_config`.\n"},
    {"W1101", "keys without effect",
     "Files of Consul's name keys that mean nothing here. They are accepted, so that such files\n"
     "load. `weft help config KEY` says why, and `weft config migrate` leaves them out.\n"},
    {"W1102", "an old name of a key",
     "The key has a new name and place, and the old one still works. `weft config fmt -fix FILE`\n"
     "rewrites it.\n"},
    {"W1103", "an address was chosen",
     "Nothing says which of several addresses others shall use. Set `advertise_addr` or "
     "`bind_addr`,\n"
     "for instance to {{ GetInterfaceIP \"eth0\" }}.\n"},
};

}  // namespace

std::span<const CodePage> config_code_pages() {
    return kPages;
}

}  // namespace weft::agent
