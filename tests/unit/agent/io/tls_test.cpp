#include <gtest/gtest.h>

#include <boost/asio/ssl/stream.hpp>
#include <filesystem>

#include "agent/io/file.hpp"
#include "agent/io/http_client.hpp"
#include "agent/io/process.hpp"
#include "agent/io/tls_context.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/run_coroutine.hpp"

namespace weft {

namespace asio = boost::asio;

namespace {

// A certificate for 127.0.0.1 and "weft.test" that signs itself, made once.
const TlsFiles& test_files() {
    static const TlsFiles files = [] {
        const std::string folder = ::testing::TempDir() + "weft_tls_" + std::to_string(::getpid());
        std::filesystem::create_directories(folder);
        TlsFiles made;
        made.cert_file = folder + "/cert.pem";
        made.key_file = folder + "/key.pem";
        made.ca_file = made.cert_file;
        ProcessSpec spec;
        spec.args = {"openssl",
                     "req",
                     "-x509",
                     "-newkey",
                     "ec",
                     "-pkeyopt",
                     "ec_paramgen_curve:prime256v1",
                     "-nodes",
                     "-days",
                     "2",
                     "-subj",
                     "/CN=weft.test",
                     "-addext",
                     "subjectAltName=IP:127.0.0.1,DNS:weft.test",
                     "-keyout",
                     made.key_file,
                     "-out",
                     made.cert_file};
        asio::io_context context(1);
        EXPECT_EQ(run(context, run_process(spec)).value().code, 0);
        return made;
    }();
    return files;
}

// Answers each request over TLS.
std::function<void(LoopbackServer::Socket&)> tls_script(std::shared_ptr<asio::ssl::context> tls) {
    return [tls](LoopbackServer::Socket& socket) {
        asio::ssl::stream<LoopbackServer::Socket&> stream(socket, *tls);
        boost::system::error_code error;
        stream.handshake(asio::ssl::stream_base::server, error);
        if (error) return;
        std::string request(4096, ' ');
        stream.read_some(asio::buffer(request), error);
        stream.write_some(
            asio::buffer(std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
            error);
        stream.shutdown(error);
    };
}

HttpRequest https(const LoopbackServer& server, std::shared_ptr<asio::ssl::context> tls) {
    HttpRequest request;
    request.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
    request.tls = std::move(tls);
    return request;
}

}  // namespace

TEST(Tls, VerifiesTheServerAgainstTheAuthority) {
    LoopbackServer server(tls_script(make_server_tls(test_files(), false).value()));
    TlsFiles trust;
    trust.ca_file = test_files().ca_file;
    const auto trusting = make_client_tls(trust, false).value();
    const auto response = http_fetch_blocking(https(server, trusting));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response.value().body, "ok");

    const auto refused = http_fetch_blocking(https(server, make_client_tls({}, false).value()));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().find("failed to verify certificate"), std::string::npos);
    EXPECT_TRUE(http_fetch_blocking(https(server, make_client_tls({}, true).value())));

    auto other_name = https(server, trusting);
    other_name.tls_server_name = "other.test";
    EXPECT_FALSE(http_fetch_blocking(other_name));
    other_name.tls_server_name = "weft.test";
    EXPECT_TRUE(http_fetch_blocking(other_name));
}

TEST(Tls, ErrorsNameTheFileAndTheReason) {
    TlsFiles files = test_files();
    files.cert_file = "/no/such/cert.pem";
    EXPECT_EQ(make_server_tls(files, false).error().message(),
              "cannot load the certificate /no/such/cert.pem: No such file or directory");
    files = test_files();
    files.key_file = files.cert_file;
    EXPECT_NE(make_server_tls(files, false)
                  .error()
                  .message()
                  .find("cannot load the key " + files.key_file),
              std::string::npos);
    EXPECT_FALSE(make_server_tls({}, false));
    TlsFiles trust;
    trust.ca_path = "/no/such/folder";
    EXPECT_EQ(make_client_tls(trust, false).error().message(),
              "cannot read the CA directory /no/such/folder: No such file or directory");
}

}  // namespace weft
