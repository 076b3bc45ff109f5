#include "agent/cli/confirm.hpp"

#include <gtest/gtest.h>

namespace weft::agent {
namespace {

class Confirm : public ::testing::Test {
protected:
    std::optional<ExitCode> asked(std::initializer_list<const char*> flags) {
        CliArguments arguments;
        for (const char* flag : flags) arguments.add(flag, "true");
        out_.clear();
        err_.clear();
        return confirm(arguments, console_, "delete 2 keys");
    }
    void types(const std::string& line) {
        console_.typed_line = [line] { return line; };
    }

    std::string out_, err_;
    CliConsole console_{[this](std::string_view text) { out_ += text; },
                        [this](std::string_view text) { err_ += text; },
                        [](const std::string&) { return std::nullopt; }};
};

TEST_F(Confirm, NobodyThereMustHaveSaidYes) {
    EXPECT_EQ(asked({}), ExitCode::Usage);
    EXPECT_EQ(err_, "error: this would delete 2 keys: -yes does it\n");
    EXPECT_EQ(asked({"yes"}), std::nullopt);
    EXPECT_EQ(out_ + err_, "");
}

TEST_F(Confirm, WhoIsThereIsAsked) {
    types("yes");
    EXPECT_EQ(asked({}), std::nullopt);
    EXPECT_EQ(err_, "this would delete 2 keys; type yes to go on: ");
    types("");
    EXPECT_EQ(asked({}), ExitCode::Failed);
    types("yesterday");
    EXPECT_EQ(asked({}), ExitCode::Failed);
}

TEST_F(Confirm, ADryRunDoesNothingWhateverElseIsSaid) {
    types("yes");
    EXPECT_EQ(asked({"dry-run", "yes"}), ExitCode::Ok);
    EXPECT_EQ(out_, "this would delete 2 keys\n");
    console_.as_consul = true;
    EXPECT_EQ(asked({"dry-run"}), ExitCode::Ok);
}

TEST_F(Confirm, UnderTheNameConsulNothingIsAsked) {
    console_.as_consul = true;
    EXPECT_EQ(asked({}), std::nullopt);
    EXPECT_EQ(out_ + err_, "");
}

}  // namespace
}  // namespace weft::agent
