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

IpAddress from_asio(const boost::asio::ip::address& address) {
    if (address.is_v4()) return IpAddress::v4(address.to_v4().to_bytes());
    const boost::asio::ip::address_v6 v6 = address.to_v6();
    if (!v6.is_v4_mapped()) return IpAddress::v6(v6.to_bytes());
    return IpAddress::v4(
        boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_bytes());
}

}  // namespace weft
