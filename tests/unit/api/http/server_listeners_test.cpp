#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/unit/api/http/server_fixture.hpp"

// Ports, unix sockets and TLS.
namespace weft::api {
namespace {

class Folder {
public:
    Folder() {
        std::string form = (std::filesystem::temp_directory_path() / "weft-http-XXXXXX").string();
        path_ = mkdtemp(form.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

std::string refusal(const HttpConfig& config) {
    try {
        TestServer server({}, config);
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

HttpConfig unix_config(const std::string& path) {
    HttpConfig config;
    config.listeners.push_back({"", 0, path, false});
    return config;
}

TEST(HttpListeners, TakenPortIsNamed) {
    TestServer first;
    HttpConfig config = TestServer::local();
    config.listeners[0].port = first.port();
    EXPECT_EQ(refusal(config),
              fmt::format("cannot listen for HTTP on 127.0.0.1:{}: Address already in use: another "
                          "program, perhaps an agent, listens there; stop it or choose another "
                          "ports.http",
                          first.port()));
}

TEST(HttpListeners, AddressOfAnotherMachineIsNamed) {
    HttpConfig config = TestServer::local();
    config.listeners[0].address = "192.0.2.1";
    EXPECT_NE(refusal(config).find("this machine does not have that address"), std::string::npos);
}

TEST(HttpListeners, UnixSocketHasItsMode) {
    Folder folder;
    std::string path = folder / "http.sock";
    HttpConfig config = unix_config(path);
    config.unix_socket_mode = "0620";
    config.max_connections_per_client = 1;
    {
        TestServer server({}, config);
        struct stat status {};
        ASSERT_EQ(stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777u, 0620u);
        RawClient client = RawClient::unix_socket(path);
        RawClient second = RawClient::unix_socket(path);
        for (RawClient* each : {&client, &second}) {
            each->get("/v1/echo");
            EXPECT_EQ(each->answer()->status, 200);
        }
        EXPECT_NE(refusal(config).find("another program listens there"), std::string::npos);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(HttpListeners, StaleSocketFileIsReplacedAnythingElseIsNot) {
    Folder folder;
    std::string path = folder / "http.sock";
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    close(dead);
    EXPECT_EQ(refusal(unix_config(path)), "");

    std::string file = folder / "file";
    std::ofstream(file) << "precious";
    EXPECT_NE(refusal(unix_config(file)).find("is no socket"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(file));
}

struct Certificates {
    Folder folder;
    std::string cert = folder / "cert.pem";
    std::string key = folder / "key.pem";

    explicit Certificates(const std::string& name = "localhost") { make(name); }
    void make(const std::string& name) {
        std::string command = fmt::format(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-subj /CN={} -keyout {} -out {} 2>/dev/null",
            name, key, cert);
        EXPECT_EQ(std::system(command.c_str()), 0);
    }
};

// A TLS client over a raw connection.
class TlsClient {
public:
    TlsClient(std::uint16_t port, const Certificates* own) {
        context_ = SSL_CTX_new(TLS_client_method());
        if (own) {
            SSL_CTX_use_certificate_file(context_, own->cert.c_str(), SSL_FILETYPE_PEM);
            SSL_CTX_use_PrivateKey_file(context_, own->key.c_str(), SSL_FILETYPE_PEM);
        }
        BIO* bio = BIO_new_connect(fmt::format("127.0.0.1:{}", port).c_str());
        EXPECT_EQ(BIO_do_connect(bio), 1);
        ssl_ = SSL_new(context_);
        SSL_set_bio(ssl_, bio, bio);
        connected_ = SSL_connect(ssl_) == 1;
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }

    std::string common_name() const {
        char name[100] = "";
        X509* certificate = SSL_get1_peer_certificate(ssl_);
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                  sizeof name);
        X509_free(certificate);
        return name;
    }

    // Sends, and reads until the text comes or the connection ends.
    std::string ask(const std::string& request, const std::string& until) {
        std::string got;
        if (!connected_) return got;
        SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
        char buffer[16 * 1024];
        while (got.find(until) == std::string::npos) {
            int size = SSL_read(ssl_, buffer, sizeof buffer);
            if (size <= 0) break;
            got.append(buffer, static_cast<std::size_t>(size));
        }
        return got;
    }

private:
    SSL_CTX* context_ = nullptr;
    SSL* ssl_ = nullptr;
    bool connected_ = false;
};

HttpConfig tls_config(const Certificates& own) {
    HttpConfig config = TestServer::local();
    config.listeners[0].tls = true;
    config.tls.cert_file = own.cert;
    config.tls.key_file = own.key;
    return config;
}

const std::string kEcho = "GET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(HttpsListener, ServesKeepAliveAndLargeAnswers) {
    Certificates own;
    Route large{"/v1/large", {}, ""};
    auto body_of_4_mib = std::string(4 << 20, 'l').append("END");
    large.methods.emplace_back("GET",
                               WorkerHandler([body_of_4_mib](const Request&) -> WorkerOutcome {
                                   return Response::text(200, body_of_4_mib);
                               }));
    TestServer server({large}, tls_config(own));
    TlsClient client(server.port(), nullptr);
    for (int i = 0; i < 3; ++i) {
        EXPECT_NE(client.ask(kEcho, "[1]}").find("HTTP/1.1 200 OK"), std::string::npos);
    }
    EXPECT_GT(client.ask("GET /v1/large HTTP/1.1\r\nHost: x\r\n\r\n", "END").size(), 4u << 20);
    std::string body(200'000, 'b');
    std::string put = fmt::format(
        "PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size() + 3, body);
    EXPECT_GT(client.ask(put + "END", "END").size(), body.size());
}

TEST(HttpsListener, BlockingQueryIsAnsweredOverTls) {
    Certificates own;
    TestServer server({}, tls_config(own));
    std::uint64_t index = server.register_service("n1", "web", 80);
    TlsClient client(server.port(), nullptr);
    std::string request =
        fmt::format("GET /v1/services/web?index={}&wait=50ms HTTP/1.1\r\nHost: x\r\n\r\n", index);
    EXPECT_NE(client.ask(request, "[80]").find("[80]"), std::string::npos);
}

TEST(HttpsListener, ClientCertificateIsDemandedWhenConfigured) {
    Certificates own;
    HttpConfig config = tls_config(own);
    config.tls.ca_file = own.cert;
    config.tls.verify_incoming = true;
    TestServer server({}, config);
    EXPECT_EQ(TlsClient(server.port(), nullptr).ask(kEcho, "[1]}"), "");
    EXPECT_NE(TlsClient(server.port(), &own).ask(kEcho, "[1]}"), "");
}

TEST(HttpsListener, FilesAreReadAgain) {
    Certificates own("first");
    TestServer server({}, tls_config(own));
    EXPECT_EQ(TlsClient(server.port(), nullptr).common_name(), "first");
    own.make("second");
    ASSERT_TRUE(server.server().reconfigure(tls_config(own)));
    EXPECT_TRUE(
        eventually([&] { return TlsClient(server.port(), nullptr).common_name() == "second"; }));
    std::filesystem::remove(own.cert);
    EXPECT_FALSE(server.server().reconfigure(tls_config(own)));
    EXPECT_EQ(TlsClient(server.port(), nullptr).common_name(), "second");
}

TEST(HttpsListener, KeepsItsCertificateWhenFilesAreNamedNoMore) {
    Certificates own("first");
    HttpConfig config = tls_config(own);
    TestServer server({}, config);
    std::filesystem::remove(own.cert);
    config.tls = {};
    config.response_headers = {{"X-Golden", "changed"}};
    ASSERT_TRUE(server.server().reconfigure(config));
    EXPECT_TRUE(eventually([&] {
        TlsClient client(server.port(), nullptr);
        return client.ask(kEcho, "[1]}").find("X-Golden: changed") != std::string::npos;
    }));
    EXPECT_EQ(TlsClient(server.port(), nullptr).common_name(), "first");
}

TEST(HttpsListener, PlainTalkIsClosed) {
    Certificates own;
    TestServer server({}, tls_config(own));
    RawClient client = server.connect();
    client.get("/v1/echo");
    EXPECT_FALSE(client.answer());
    EXPECT_TRUE(eventually([&] { return server.metrics().connections.Value() == 0; }));
}

}  // namespace
}  // namespace weft::api
