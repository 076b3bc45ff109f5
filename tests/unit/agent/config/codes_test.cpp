// Every code has a page, every page a code, and every code a file that gives it.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "agent/config/code_pages.hpp"
#include "agent/config/load.hpp"
#include "agent/io/file.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/agent/config/lab.hpp"
#include "tests/unit/agent/config/samples.hpp"

namespace weft::agent {
namespace {

namespace fs = std::filesystem;
using ::weft::testing::TemporaryFolder;

constexpr std::size_t kFileMax = 1024 * 1024;

// All "W1..." that stand in quotes in the folder's sources.
std::set<std::string> codes_in_the_source() {
    std::set<std::string> codes;
    for (const auto& entry : fs::directory_iterator("agent/config")) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".cpp") || name == "code_pages.cpp") continue;
        const std::string text = read_file(entry.path().string(), kFileMax).value();
        for (std::size_t at = text.find("\"W1"); at != std::string::npos;
             at = text.find("\"W1", at + 1))
            codes.insert(text.substr(at + 1, 5));
    }
    return codes;
}

void add_codes(const LoadResult& result, std::set<std::string>& codes) {
    for (const Diagnostic& diagnostic : result.diagnostics.all()) codes.insert(diagnostic.code);
}

LoadResult load_one(const std::string& text, const LoadRequest& request) {
    return load_texts({Source::make("a.hcl", text)}, request);
}

void add_codes_of_samples(std::set<std::string>& codes) {
    for (const auto& entry : fs::directory_iterator("tests/unit/agent/config/testdata")) {
        if (!entry.is_regular_file()) continue;
        for (const auto& sample : testing::read_samples(entry.path().string())) {
            add_codes(load_texts({Source::make(sample.json ? "a.json" : "a.hcl", sample.input)},
                                 testing::lab_request(sample.dev)),
                      codes);
        }
    }
}

// What depends on files and on the machine.
void add_codes_of_machines(std::set<std::string>& codes) {
    const TemporaryFolder folder;
    LoadRequest request = testing::lab_request();
    request.paths = {"/nonexistent/a.hcl"};
    add_codes(load(request), codes);

    request = testing::lab_request();
    for (const std::string& text :
         {"recursors = " + std::string(100, '['), std::string("ports { http = -1 }"),
          std::string("bootstrap_expect = 4"),
          std::string("check { name = \"x\" ttl = \"5s\" service_id = \"none\" }"),
          std::string("http_config { response_headers { \"a b\" = \"x\" } }")})
        add_codes(load_one(text, request), codes);

    request.host->interfaces.clear();
    add_codes(load_one("", request), codes);

    request = testing::lab_request();
    request.host->search_domains = {"corp.consul"};
    request.host->lowest_port = 1024;
    request.host->sockets = {{"0.0.0.0", 8500, false, 1, "nginx (pid 7)"}};
    request.overrides = {{"data_dir", folder.path(), "-data-dir"}};
    request.thorough = true;
    fs::permissions(folder.path(), fs::perms(0755));
    add_codes(load_one("ports { dns = 53 }\nadvertise_addr = \"192.0.2.1\"\n"
                       "retry_join = [\"192.0.2.1\"]\nclient_addr = \"0.0.0.0\"\n"
                       "enable_script_checks = true",
                       request),
              codes);

    const std::string secret = folder / "secret";
    std::ofstream{secret} << "MTIzNDU2Nzg5MDEyMzQ1Ng==";
    fs::permissions(secret, fs::perms(0644));
    add_codes(load_one("encrypt_file = \"" + secret + "\"", request), codes);
    fs::permissions(secret, fs::perms(0600));
    add_codes(load_one("encrypt = \"MTIzNDU2Nzg5MDEyMzQ1Ng==\"\nencrypt_file = \"" + secret + "\"",
                       request),
              codes);

    const std::string certificate = folder / "cert.pem";
    const std::string key = folder / "key.pem";
    ASSERT_TRUE(::weft::testing::make_certificate(certificate, key));
    fs::permissions(key, fs::perms(0644));
    const std::string tls =
        "ports { https = 8501 }\ncert_file = \"" + certificate + "\"\nkey_file = \"";
    request.host->unix_time = 4'000'000'000;
    add_codes(load_one(tls + key + "\"", request), codes);
    add_codes(load_one(tls + certificate + "\"", request), codes);
}

TEST(Codes, EachHasItsPageAndEachPageItsCode) {
    std::set<std::string> pages;
    for (const CodePage& page : config_code_pages()) {
        EXPECT_TRUE(pages.insert(std::string(page.code)).second) << page.code;
        EXPECT_FALSE(page.title.empty()) << page.code;
        EXPECT_TRUE(page.text.ends_with('\n')) << page.code;
    }
    EXPECT_EQ(pages, codes_in_the_source());
}

TEST(Codes, EachCanBeTriggered) {
    std::set<std::string> triggered;
    add_codes_of_samples(triggered);
    add_codes_of_machines(triggered);
    for (const std::string& code : codes_in_the_source())
        EXPECT_TRUE(triggered.contains(code)) << code;
}

}  // namespace
}  // namespace weft::agent
