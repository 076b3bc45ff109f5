#include "agent/catalog/errc.hpp"

#include <string>

namespace weft::agent {
namespace {

class CatalogCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft.catalog"; }
    std::string message(int code) const override {
        switch (static_cast<CatalogErrc>(code)) {
            case CatalogErrc::Outdated:
                return "the catalog has changed since the command was checked";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& catalog_category() {
    static const CatalogCategory category;
    return category;
}

std::error_code make_error_code(CatalogErrc code) {
    return {static_cast<int>(code), catalog_category()};
}

}  // namespace weft::agent
