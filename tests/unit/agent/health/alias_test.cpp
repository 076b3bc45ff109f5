#include "agent/health/alias.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weft::agent {

namespace {

CheckRow check(std::string_view name, std::string_view service, Status status,
               std::string_view output = "") {
    CheckRow row;
    row.name = name;
    row.service_id = service;
    row.status = status;
    row.output = output;
    return row;
}

AliasResult evaluate(const std::vector<CheckRow>& rows, bool exists = true) {
    std::vector<const CheckRow*> pointers;
    for (const auto& row : rows) pointers.push_back(&row);
    return evaluate_alias(AliasTarget{"n1", "app", exists}, pointers);
}

}  // namespace

TEST(Alias, AServiceWithoutChecksPasses) {
    EXPECT_EQ(evaluate({}).status, Status::Passing);
    EXPECT_EQ(evaluate({}).output, "No checks found.");
}

TEST(Alias, AllPassing) {
    EXPECT_EQ(evaluate({check("a", "app", Status::Passing)}).output, "All checks passing.");
}

TEST(Alias, TheWorstStatusWins) {
    const auto result =
        evaluate({check("a", "app", Status::Warning, "w"), check("b", "app", Status::Critical, "c"),
                  check("d", "app", Status::Passing)});
    EXPECT_EQ(result.status, Status::Critical);
    EXPECT_EQ(result.output, "Aliased check \"b\" failing: c");
}

TEST(Alias, APassingCheckDoesNotCoverAWarning) {
    const auto result =
        evaluate({check("a", "app", Status::Warning, "w"), check("b", "app", Status::Passing)});
    EXPECT_EQ(result.status, Status::Warning);
    EXPECT_EQ(result.output, "Aliased check \"a\" failing: w");
}

TEST(Alias, ChecksOfTheNodeCountAndThoseOfOtherServicesDoNot) {
    EXPECT_EQ(evaluate({check("other", "web", Status::Critical)}).status, Status::Passing);
    EXPECT_EQ(evaluate({check("node", "", Status::Critical, "disk")}).output,
              "Aliased check \"node\" failing: disk");
}

TEST(Alias, AnUnknownServiceIsCritical) {
    EXPECT_EQ(evaluate({}, false).status, Status::Critical);
    EXPECT_EQ(evaluate({}, false).output, "Service app could not be found on node n1");
}

}  // namespace weft::agent
