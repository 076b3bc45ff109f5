#include "agent/io/asio_address.hpp"

#include <algorithm>

namespace weft {

boost::asio::ip::address to_asio(const IpAddress& address) {
    const auto bytes = address.bytes();
    if (address.is_v4()) {
        boost::asio::ip::address_v4::bytes_type v4;
        std::copy(bytes.begin(), bytes.end(), v4.begin());
        return boost::asio::ip::address_v4(v4);
    }
    boost::asio::ip::address_v6::bytes_type v6;
    std::copy(bytes.begin(), bytes.end(), v6.begin());
    return boost::asio::ip::address_v6(v6);
}

}  // namespace weft
