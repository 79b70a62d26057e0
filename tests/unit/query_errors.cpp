// What plumb says of a query that it does not understand.
#include <gtest/gtest.h>

#include "query/expression.h"
#include "query/plan.h"
#include "query_event.h"

namespace plumb::query::errors_test {
namespace {

const tests::TestEvent sample;

Error error_of(std::string_view where) {
  auto expression = parse_where(where, sample.event);
  EXPECT_FALSE(expression) << where;
  return expression ? Error{} : expression.error();
}

struct Case {
  const char* where;
  const char* what;
  const char* caret;
  const char* hint;
};

class Mistake : public testing::TestWithParam<Case> {};

TEST_P(Mistake, IsPointedAt) {
  const Case& mistake = GetParam();
  const Error error = error_of(mistake.where);
  EXPECT_EQ(error.what, "--where: " + std::string(mistake.what) + "\n    " + mistake.where +
                            "\n    " + mistake.caret);
  EXPECT_EQ(error.hint, mistake.hint);
  EXPECT_EQ(error.exit_status, Exit::usage);
}

INSTANTIATE_TEST_SUITE_P(
    All, Mistake,
    testing::Values(
        Case{"latncy > 10ms", "unknown field 'latncy'", "^~~~~~", "did you mean 'latency'?"},
        Case{"latency > 10", "'10' has no known unit", "          ^~", "units are ns us ms s m h"},
        Case{"port = 3", "unexpected character", "     ^", "write == to compare"},
        Case{"address == ::1", "'address' is ambiguous", "^~~~~~~",
             "write remote.address or local.address"},
        Case{"port == 1 and port == 2", "&& or || is expected here", "          ^~~", "write &&"},
        Case{"(port == 1", "&&, || or ) is expected here", "          ^", ""},
        Case{"port == 1)", "&& or || is expected here", "         ^", ""},
        Case{"port == ", "a value is expected here", "        ^", ""},
        Case{"port in 3", "'(' and the set of values is expected here", "        ^", ""},
        Case{"port in (3", ", or ) is expected here", "          ^", ""},
        Case{"port", "'port' is compared with nothing", "^~~~", "write port == ..."},
        Case{"port == -1", "'port' is never negative", "        ^~", "write a number from 0 on"},
        Case{"pid == 5ms", "'5ms' is not a whole number", "       ^~~",
             "'who.pid' has no unit: write 5"},
        Case{"pid == 4KiB", "'4KiB' is not a whole number", "       ^~~~",
             "'who.pid' has no unit: write 4"},
        Case{"pid == 0x5g", "'0x5g' is not a whole number", "       ^~~~",
             "'who.pid' is compared with a number"},
        Case{"pid == 5.5", "'5.5' is not a whole number", "       ^~~",
             "'who.pid' is compared with a number"},
        Case{"port == http", "'port' is compared with a number", "        ^~~~",
             "write port == NUMBER, without quotes"},
        Case{"port == \"80\"", "'port' is compared with a number", "        ^~~~",
             "write port == 80, without quotes"},
        Case{"user == nobody", "'who.user' is compared with a number, or a name in quotes",
             "        ^~~~~~", "names are written in quotes: \"nobody\""},
        Case{"user in (root, nobody)", "'who.user' is compared with a number, or a name in quotes",
             "         ^~~~", "names are written in quotes: \"root\""},
        Case{"container == 9web", "'9web' is not a whole number", "             ^~~~",
             "names are written in quotes: \"9web\""},
        Case{"path[0] == 1", "unexpected character", "    ^",
             "a list is searched as one: args contains \"TEXT\""},
        Case{"failed; failed", "unexpected character", "      ^",
             "comparisons are joined by && and ||"},
        Case{"error == ENOENTT", "'error' has no value 'ENOENTT'", "         ^~~~~~~",
             "did you mean 'ENOENT'?"},
        Case{"signal == SEGV", "'signal' has no value 'SEGV'", "          ^~~~",
             "did you mean 'SIGSEGV'?"},
        Case{"signal == sigsegv", "'signal' has no value 'sigsegv'", "          ^~~~~~~",
             "did you mean 'SIGSEGV'?"},
        Case{"uid == 99999999999", "'99999999999' is too large for 'who.uid'", "       ^~~~~~~~~~~",
             "it has 32 bits: 4294967295 at most"},
        Case{"uid == 99999999999999999999999", "'99999999999999999999999' is too large",
             "       ^~~~~~~~~~~~~~~~~~~~~~~", ""},
        Case{"small == 128", "'128' is too large for 'small'", "         ^~~",
             "it has 8 bits: 127 at most"},
        Case{"small == -129", "'-129' is too large for 'small'", "         ^~~~",
             "it has 8 bits: -128 at least"},
        Case{"ret == 9223372036854775808", "'9223372036854775808' is too large for 'ret'",
             "       ^~~~~~~~~~~~~~~~~~~", "it has 64 bits: 9223372036854775807 at most"},
        Case{"mood == baad", "'mood' has no value 'baad'", "        ^~~~", "did you mean 'bad'?"},
        Case{"comm == bash", "'who.comm' is text", "        ^~~~", "write \"bash\""},
        Case{"comm == \"bash", "this text has no closing quote", "        ^~~~~",
             "write \\\" for a quote in it"},
        Case{"comm < \"a\"", "'<' compares numbers, which 'who.comm' is not", "     ^",
             "'who.comm' has == != in startswith endswith contains =~"},
        Case{"mood > bad", "'>' compares numbers, which 'mood' is not", "     ^",
             "'mood' has == != in"},
        Case{"port contains \"a\"", "'contains' compares text, which 'port' is not",
             "     ^~~~~~~~", "'port' has == != in < <= > >="},
        Case{"comm =~ \"(\"", "missing ): (", "        ^~~", "this is RE2's syntax"},
        Case{"remote.address == 10.0.0.0/33", "this is not an address or a CIDR block",
             "                  ^~~~~~~~~~~", "write 10.0.0.1, 10.0.0.0/8, ::1 or fe80::/10"},
        Case{"failed == 1", "'failed' is compared with true or false", "          ^",
             "write failed, or !failed where it must not hold"},
        Case{"", "a field is expected here", "^", ""}));

TEST(Mistakes, TheCaretCountsCharactersNotBytes) {
  const Error error = error_of("comm == \"é\" && x == 1");
  EXPECT_TRUE(error.what.ends_with("\n                   ^")) << error.what;
}

TEST(Mistakes, TheCaretStandsUnderWideAndCombiningCharacters) {
  // with the columns that a terminal gives them
  for (const auto& [text, columns] : {std::pair{"漢字", 4},
                                      {"😀", 2},
                                      {"한국", 4},
                                      {"ｗｉｄｅ", 8},
                                      {"e\u0301", 1},
                                      {"a\u200bb", 3},
                                      {"\xff\xfe", 2}}) {
    const Error error = error_of("comm == \"" + std::string(text) + "\" && x == 1");
    const std::string caret = "\n    " + std::string(14 + static_cast<size_t>(columns), ' ') + "^";
    EXPECT_TRUE(error.what.ends_with(caret)) << error.what;
  }
}

TEST(Mistakes, ControlCharactersAreNotEchoed) {
  for (const char* steering : {"\x1b", "\u009b", "\u202e"})
    EXPECT_EQ(error_of(std::string(steering) + "[31m").what.find(steering), std::string::npos);
}

TEST(Mistakes, NestingAndLengthAreBounded) {
  EXPECT_NE(error_of(std::string(1000, '(')).what.find("nested too deep"), std::string::npos);
  EXPECT_NE(error_of(std::string(1000, '!')).what.find("nested too deep"), std::string::npos);
  EXPECT_NE(error_of(std::string(10'000, ' ')).what.find("4096"), std::string::npos);
}

TEST(Mistakes, TheLimitsOfAFieldAreNone) {
  for (const char* where : {"uid == 4294967295", "small == 127 || small == -128", "port == 0xffff",
                            "ret == -9223372036854775808", "latency < 500h"})
    EXPECT_TRUE(parse_where(where, sample.event)) << where;
}

TEST(Mistakes, ManyOperandsAreNotNesting) {
  std::string text = "port == 1";
  for (int i = 0; i < 200; i++) text += " || port == 1";
  EXPECT_TRUE(parse_where(text, sample.event));
}

std::string complaint(Ask ask) {
  auto plan = compile(ask, sample.event, Limits{});
  return plan ? "" : plan.error().what.substr(0, plan.error().what.find('\n'));
}

TEST(Mistakes, OfTheOtherOptions) {
  EXPECT_EQ(complaint({.fields = "port,prt"}), "--fields: unknown field 'prt'");
  EXPECT_EQ(complaint({.fields = "port,+pid"}),
            "--fields: exact fields and changes to the default do not mix");
  EXPECT_EQ(complaint({.fields = "port,"}), "--fields: a field's name is missing");
  EXPECT_EQ(complaint({.by = "comm,prt"}), "--by: unknown field 'prt'");
  EXPECT_EQ(complaint({.show = "p98(latency)"}), "--show: unknown function 'p98'");
  EXPECT_EQ(complaint({.show = "p99"}), "--show: a function needs a field in parentheses");
  EXPECT_EQ(complaint({.show = "count(port)"}), "--show: count takes no field");
  EXPECT_EQ(complaint({.show = "sum(pid)"}), "--show: 'who.pid' is not a quantity");
  EXPECT_EQ(complaint({.show = "p99(ret)"}),
            "--show: 'ret' may be negative, which a histogram cannot hold");
  EXPECT_EQ(complaint({.top = 3}), "--top: nothing is grouped");
  EXPECT_EQ(complaint({.by = "pid", .keys = 0}), "--keys: 0 groups leave only (other)");
  EXPECT_EQ(complaint({.sample_every = 0}), "--sample: 1/0 keeps nothing");
}

TEST(Mistakes, PrivateFieldsCannotBeNamedWhenTheyAreNotRead) {
  const std::string said = "'path' is private and is not read";
  EXPECT_EQ(complaint({.where = "path == \"a\"", .private_fields = false}), "--where: " + said);
  EXPECT_EQ(complaint({.fields = "path", .private_fields = false}), "--fields: " + said);
  EXPECT_EQ(complaint({.by = "path", .private_fields = false}), "--by: " + said);
  EXPECT_EQ(complaint({.fields = "local", .private_fields = false}),
            "--fields: 'local' is private and is not read");
}

}  // namespace
}  // namespace plumb::query::errors_test
