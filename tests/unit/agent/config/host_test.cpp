// What is said of the machine that runs the agent, by facts that are given.
#include "agent/config/host.hpp"

#include <gmock/gmock.h>

#include "agent/config/load.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/agent/config/lab.hpp"

namespace weft::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string said(const std::string& text, const HostFacts& host, bool thorough = true) {
    LoadRequest request = testing::lab_request();
    request.host = host;
    request.thorough = thorough;
    return load_texts({Source::make("a.hcl", text)}, request).text();
}

TEST(Host, AnAddressOfAnotherHostIsAWarning) {
    const std::string text = said("advertise_addr = \"10.9.9.9\"", testing::lab_host());
    EXPECT_THAT(text, HasSubstr("`advertise_addr` 10.9.9.9 is no address of this host"));
    EXPECT_THAT(text, HasSubstr("this host has 10.0.0.7 (eth0), 203.0.113.9 (eth1)"));
    EXPECT_THAT(said("advertise_addr = \"10.0.0.7\"", testing::lab_host()), IsEmpty());
    EXPECT_THAT(said("bind_addr = \"10.9.9.9\"", testing::lab_host()), HasSubstr("W1042"));
}

TEST(Host, PortsOfOtherProcessesAreInUse) {
    HostFacts host = testing::lab_host();
    host.sockets = {{"127.0.0.1", 8500, false, 1, "nginx (pid 7)"},
                    {"::", 8600, true, 2, ""},
                    {"0.0.0.0", 8301, false, 3, "weft (pid 9)"},
                    {"10.0.0.7", 8501, false, 4, "nginx (pid 7)"}};
    const std::string text = said("", host);
    EXPECT_THAT(text, HasSubstr("`ports.http` 8500 is in use"));
    EXPECT_THAT(text, HasSubstr("nginx (pid 7) listens on 127.0.0.1"));
    EXPECT_THAT(text, HasSubstr("`ports.dns` 8600 is in use"));
    EXPECT_THAT(text, Not(HasSubstr("8301")));
    EXPECT_THAT(text, Not(HasSubstr("8501")));
}

TEST(Host, LowPortsNeedACapability) {
    HostFacts host = testing::lab_host();
    EXPECT_THAT(said("ports { dns = 53 }", host), IsEmpty());
    host.lowest_port = 1024;
    EXPECT_THAT(said("ports { dns = 53 }", host), HasSubstr("`ports.dns` 53 needs a capability"));
}

TEST(Host, ADomainMustNotHoldTheSearchDomain) {
    HostFacts host = testing::lab_host();
    host.search_domains = {"paris.example.com"};
    EXPECT_THAT(said("domain = \"example.com\"", host), HasSubstr("W1049"));
    EXPECT_THAT(said("domain = \"weft.paris.example.com\"", host), IsEmpty());
}

TEST(Host, WhoJoinsOnlyItselfFindsNobody) {
    const HostFacts host = testing::lab_host();
    EXPECT_THAT(said("retry_join = [\"10.0.0.7\", \"127.0.0.1:8301\", \"LAB\"]", host),
                HasSubstr("`retry_join` names only this agent"));
    EXPECT_THAT(said("retry_join = [\"10.0.0.7\", \"10.0.0.8\"]", host), IsEmpty());
    EXPECT_THAT(said("retry_join = [\"10.0.0.7:9301\"]", host), IsEmpty());
}

TEST(Host, ScriptChecksOfEveryoneAreAWarning) {
    const HostFacts host = testing::lab_host();
    const std::string open = "client_addr = \"0.0.0.0\"\n";
    EXPECT_THAT(said(open + "enable_script_checks = true", host), HasSubstr("W1048"));
    EXPECT_THAT(said(open + "enable_local_script_checks = true", host), IsEmpty());
    EXPECT_THAT(said("enable_script_checks = true", host), IsEmpty());
    EXPECT_THAT(said(open + "enable_script_checks = true\nhttp_config { allow_write_http_from = "
                            "[\"10.0.0.0/8\"] }",
                     host),
                IsEmpty());
}

TEST(Host, EvenNumbersOfServersAreAWarning) {
    EXPECT_THAT(said("bootstrap_expect = 4", testing::lab_host()), HasSubstr("W1044"));
    EXPECT_THAT(said("bootstrap_expect = 3", testing::lab_host()), Not(HasSubstr("W1044")));
    EXPECT_THAT(said("bootstrap_expect = 3\nserver = false", testing::lab_host()),
                HasSubstr("`bootstrap_expect` is for servers"));
}

TEST(Host, CertificatesAreLookedAt) {
    const ::weft::testing::TemporaryFolder folder;
    const std::string certificate = folder / "cert.pem", key = folder / "key.pem";
    const std::string other = folder / "other.pem", other_key = folder / "other-key.pem";
    ASSERT_TRUE(::weft::testing::make_certificate(certificate, key));
    ASSERT_TRUE(::weft::testing::make_certificate(other, other_key));
    const auto tls = [&](const std::string& cert_file, const std::string& key_file) {
        return "ports { https = 8501 }\ntls { defaults {\ncert_file = \"" + cert_file +
               "\"\nkey_file = \"" + key_file + "\" } }";
    };
    HostFacts host = testing::lab_host();
    EXPECT_THAT(said(tls(certificate, key), host), Not(HasSubstr("W104")));
    EXPECT_THAT(said(tls(certificate, other_key), host),
                HasSubstr("`tls.defaults.key_file` is not the key of `tls.defaults.cert_file`"));
    EXPECT_THAT(said(tls(key, key), host), HasSubstr("`tls.defaults.cert_file` holds no"));
    host.unix_time = 4'000'000'000;
    EXPECT_THAT(said(tls(certificate, key), host), HasSubstr("has expired"));
    host.unix_time = 1'000'000'000;
    EXPECT_THAT(said(tls(certificate, key), host), HasSubstr("is not valid yet"));
}

TEST(Host, SocketsAreReadAsTheKernelWritesThem) {
    const std::string tcp =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout "
        "inode\n"
        "   0: 0100007F:2134 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        "
        "0 "
        "4711 1 0\n"
        "   1: 0100007F:2135 0100007F:0016 01 00000000:00000000 00:00000000 00000000  1000        "
        "0 "
        "4712 1 0\n"
        "   2: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000 0 0 4713 1 0\n"
        "   3: zz\n";
    const auto sockets = parse_sockets(tcp, false);
    ASSERT_EQ(sockets.size(), 2u);
    EXPECT_EQ(sockets[0].address, "127.0.0.1");
    EXPECT_EQ(sockets[0].port, 8500);
    EXPECT_EQ(sockets[0].inode, 4711u);
    EXPECT_EQ(sockets[1].address, "::1");
    EXPECT_EQ(sockets[1].port, 53);
}

TEST(Host, SearchDomainsAreThoseOfTheLastLine) {
    EXPECT_THAT(parse_search_domains("domain a.example\nsearch b.example. c.example # x\n"),
                ElementsAre("b.example", "c.example"));
    EXPECT_THAT(parse_search_domains("nameserver 127.0.0.1\n"), IsEmpty());
}

}  // namespace
}  // namespace weft::agent
