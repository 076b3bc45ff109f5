#include "agent/catalog/apply_command.hpp"
#include "agent/catalog/mutation.hpp"

namespace weft::agent {

std::optional<Error> apply_command(Mutation& mutation, const DeregisterCommand& command) {
    if (command.node.empty()) return make_error(Errc::InvalidArgument, "Must provide node");
    if (!command.service_id.empty()) {
        mutation.remove_service(command.node, command.service_id);
    } else if (!command.check_id.empty()) {
        mutation.remove_check(command.node, command.check_id);
    } else {
        mutation.remove_node(command.node);
    }
    return std::nullopt;
}

}  // namespace weft::agent
