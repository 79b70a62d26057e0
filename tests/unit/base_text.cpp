#include "base/text.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Nearest, IsOneSlipOfTheFingersAway) {
  const std::vector<std::string> names = {"exec", "exit", "fork", "list", "doctor"};
  EXPECT_EQ(nearest("exexc", names), "exec");  // one more
  EXPECT_EQ(nearest("lst", names), "list");    // one less
  EXPECT_EQ(nearest("fprk", names), "fork");   // another
  EXPECT_EQ(nearest("lsit", names), "list");   // two changed places
  EXPECT_EQ(nearest("doctro", names), "doctor");
  EXPECT_EQ(nearest("exec", names), "exec");
}

TEST(Nearest, LongWordsMayHaveMoreSlips) {
  const std::vector<std::string> names = {"path", "who.container", "since_fork"};
  EXPECT_EQ(nearest("pahts", names), "path");
  EXPECT_EQ(nearest("who.contianre", names), "who.container");
  EXPECT_EQ(nearest("sinse_fokr", names), "since_fork");
}

TEST(Nearest, WhatIsMerelySomewhatAlikeIsNotMeant) {
  EXPECT_EQ(nearest("--nosuch", std::vector<std::string>{"--count", "--output", "--no-follow"}),
            "");
  EXPECT_EQ(nearest("mode", std::vector<std::string>{"code", "node"}), "code");
  EXPECT_EQ(nearest("mode", std::vector<std::string>{"cold", "made up"}), "");
  EXPECT_EQ(nearest("-x", std::vector<std::string>{"-p", "-q"}), "");
  EXPECT_EQ(nearest("x", std::vector<std::string>{"y"}), "");
  EXPECT_EQ(nearest("--", std::vector<std::string>{"-p"}), "");
  EXPECT_EQ(nearest("", std::vector<std::string>{"a"}), "");
}

TEST(Percent, IsReadAsPartsOfAMillion) {
  EXPECT_EQ(*parse_percent("2%"), 20'000U);
  EXPECT_EQ(*parse_percent("0.5%"), 5'000U);
  EXPECT_EQ(*parse_percent("100%"), 1'000'000U);
  for (const char* wrong : {"", "2", "%", "0%", "-1%", "101%", "2 %", "nan%", "1e99%", "0.00001%"})
    EXPECT_FALSE(parse_percent(wrong)) << wrong;
}

TEST(Percent, IsShownWithThreeDigits) {
  EXPECT_EQ(show_percent(0), "0");
  EXPECT_EQ(show_percent(5'000), "0.5");
  EXPECT_EQ(show_percent(20'000), "2");
  EXPECT_EQ(show_percent(123'456), "12.3");
  EXPECT_EQ(show_percent(8'640'000), "864");
}

}  // namespace
}  // namespace plumb
