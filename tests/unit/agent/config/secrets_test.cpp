#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "agent/config/load.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/agent/config/lab.hpp"

namespace weft::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::weft::testing::TemporaryFolder;

// Keys of 16 bytes that differ in one place, so that a test sees which one was taken.
std::string key(char digit) {
    return std::string("MTIzNDU2Nzg5MDEyMzQ1N") + digit + "==";
}

std::string file_of(const TemporaryFolder& folder, const std::string& name,
                    const std::string& content, unsigned mode = 0600) {
    const std::string path = folder / name;
    std::ofstream{path} << content;
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return path;
}

LoadResult load_with(const std::string& text, const LoadRequest& request) {
    return load_texts({Source::make("a.hcl", text)}, request);
}

TEST(Secrets, TheStrongestSourceCounts) {
    const TemporaryFolder folder;
    const std::string file = file_of(folder, "key", key('g') + "\n");
    LoadRequest request = testing::lab_request();
    const std::string inline_text = "encrypt = \"" + key('A') + "\"\n";

    EXPECT_EQ(load_with(inline_text, request).config->gossip.encrypt, key('A'));
    request.environment = {{"WEFT_CONFIG_ENCRYPT", key('Q')}};
    EXPECT_EQ(load_with(inline_text, request).config->gossip.encrypt, key('Q'));
    const std::string with_file = inline_text + "encrypt_file = \"" + file + "\"\n";
    EXPECT_EQ(load_with(with_file, request).config->gossip.encrypt, key('g'));
    file_of(folder, "encrypt", key('w'), 0644);  // credentials are closed by their folder
    request.credentials_folder = folder.path();
    const LoadResult all = load_with(with_file, request);
    ASSERT_TRUE(all.ok()) << all.text();
    EXPECT_EQ(all.config->gossip.encrypt, key('w'));
    EXPECT_THAT(all.text(), HasSubstr("W1053"));
    EXPECT_THAT(all.text(), HasSubstr("not used: a.hcl:1, WEFT_CONFIG_ENCRYPT, " + file));
}

TEST(Secrets, InlineIsAWarningInProductionOnly) {
    const std::string text = "encrypt = \"" + key('A') + "\"\n";
    EXPECT_THAT(load_with(text, testing::lab_request()).text(), HasSubstr("W1052"));
    EXPECT_THAT(load_with(text, testing::lab_request(true)).text(), Not(HasSubstr("W1052")));
}

TEST(Secrets, AnEmptyOneIsNone) {
    LoadRequest request = testing::lab_request();
    for (const std::string text : {"encrypt = \"\"", "acl { tokens { default = \"\" } }",
                                   "encrypt = \"\"\nencrypt = \"\"\nencrypt = \"\""}) {
        const LoadResult result = load_with(text, request);
        ASSERT_TRUE(result.ok()) << result.text();
        EXPECT_THAT(result.text(), Not(HasSubstr("W1052")));
        EXPECT_THAT(result.text(), Not(HasSubstr("W1101")));
        for (const auto& set : result.config->set_keys) EXPECT_EQ(set.key, "data_dir");
    }
    // A later file takes the key of an earlier one away.
    const LoadResult both = load_texts({Source::make("a.hcl", "encrypt = \"" + key('A') + "\""),
                                        Source::make("b.hcl", "encrypt = \"\"")},
                                       request);
    EXPECT_EQ(both.config->gossip.encrypt, "");
    // A variable that holds nothing does not hide what the file says.
    request.environment = {{"WEFT_CONFIG_ENCRYPT", ""}};
    EXPECT_EQ(load_with("encrypt = \"" + key('A') + "\"", request).config->gossip.encrypt,
              key('A'));
}

TEST(Secrets, AFileThatOthersMayReadIsRefused) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0640u, 0604u, 0660u}) {
        const std::string file = file_of(folder, "key", key('A'), mode);
        const LoadResult result =
            load_with("encrypt_file = \"" + file + "\"", testing::lab_request());
        EXPECT_FALSE(result.ok());
        EXPECT_THAT(result.text(), HasSubstr("W1051"));
        EXPECT_THAT(result.text(), HasSubstr("chmod 600 " + file));
    }
}

TEST(Secrets, AFileThatHoldsNothingOrIsMissingIsAnError) {
    const TemporaryFolder folder;
    const std::string empty = file_of(folder, "empty", "\n");
    EXPECT_THAT(load_with("encrypt_file = \"" + empty + "\"", testing::lab_request()).text(),
                HasSubstr("W1024"));
    EXPECT_THAT(load_with("encrypt_file = \"/nonexistent/x\"", testing::lab_request()).text(),
                HasSubstr("W1024"));
    EXPECT_THAT(load_with("encrypt_file = 5", testing::lab_request()).text(), HasSubstr("W1010"));
}

TEST(Secrets, OnlySecretsHaveFiles) {
    EXPECT_THAT(load_with("node_name_file = \"/x\"", testing::lab_request()).text(),
                HasSubstr("W1004"));
}

// Every secret key, wherever it stands, and in files that do not load.
TEST(Secrets, NoMessageShowsOne) {
    for (const KeyRow* row : key_table().rows()) {
        if (!row->is_secret) continue;
        std::string path(row->path);
        std::string text;
        std::string closing;
        for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.')) {
            text += path.substr(0, dot) + " { ";
            closing += " }";
            path = path.substr(dot + 1);
        }
        const std::string value = row->type == ValueType::Anything
                                      ? "[{ accessor_id = \"x\", secret_id = \"canary\" }]"
                                      : "\"canary\"";
        const std::string whole = text + path + " = " + value + closing;
        for (const std::string& broken :
             {whole, whole + " wrong = 1", whole + " }", whole + " datacenter = "}) {
            const LoadResult result = load_with(broken, testing::lab_request());
            EXPECT_THAT(result.text(), Not(HasSubstr("canary"))) << broken;
            EXPECT_THAT(result.json(), Not(HasSubstr("canary"))) << broken;
            if (!result.ok()) continue;
            for (const auto& set : result.config->set_keys)
                EXPECT_THAT(set.value, Not(HasSubstr("canary"))) << set.key;
        }
    }
}

}  // namespace
}  // namespace weft::agent
