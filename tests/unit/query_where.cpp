// What --where means for a record.
#include <gtest/gtest.h>

#include "query/expression.h"
#include "query_event.h"

namespace plumb::query::where_test {
namespace {

using namespace std::string_literals;
using tests::ipv4;
using tests::TestRecord;

class WhereTest : public testing::Test {
 protected:
  bool holds(std::string_view text) {
    auto expression = parse_where(text, event_.event);
    EXPECT_TRUE(expression) << expression.error().what << "\n" << expression.error().hint;
    return expression && (*expression)->matches(record_, &names_);
  }

  tests::TestEvent event_;
  TestRecord record_{event_};
  tests::TestNames names_;
};

TEST_F(WhereTest, NumbersCompare) {
  record_.number("port", 443);
  EXPECT_TRUE(holds("port == 443"));
  EXPECT_TRUE(holds("port == 0x1bb"));
  EXPECT_FALSE(holds("port != 443"));
  EXPECT_TRUE(holds("port < 444"));
  EXPECT_FALSE(holds("port < 443"));
  EXPECT_TRUE(holds("port <= 443"));
  EXPECT_FALSE(holds("port > 443"));
  EXPECT_TRUE(holds("port >= 443"));
  EXPECT_TRUE(holds("port in (80, 443)"));
  EXPECT_FALSE(holds("port in (80)"));
}

TEST_F(WhereTest, SignedNumbersCompareBySign) {
  record_.number("ret", static_cast<uint64_t>(-5)).number("small", static_cast<uint64_t>(-1));
  EXPECT_TRUE(holds("ret < 0"));
  EXPECT_TRUE(holds("ret == -5"));
  EXPECT_TRUE(holds("ret >= -5"));
  EXPECT_FALSE(holds("ret > 5"));
  EXPECT_TRUE(holds("small == -1 && small < 0"));
  EXPECT_TRUE(holds("ret > -9223372036854775808"));
}

TEST_F(WhereTest, UnitsBelongToTheField) {
  record_.number("latency", 10'000'000).number("size", 4096);
  EXPECT_TRUE(holds("latency == 10ms"));
  EXPECT_TRUE(holds("latency > 9.5ms && latency < 1s"));
  EXPECT_TRUE(holds("latency > 0"));
  EXPECT_TRUE(holds("size == 4KiB && size == 4096 && size >= 1B"));
}

TEST_F(WhereTest, NamedNumbersAreComparedByNameOrNumber) {
  record_.number("error", 2).number("signal", 9).number("mood", static_cast<uint32_t>(-3));
  EXPECT_TRUE(holds("error == ENOENT"));
  EXPECT_TRUE(holds("error == \"ENOENT\""));
  EXPECT_TRUE(holds("error == 2 && error != 0"));
  EXPECT_TRUE(holds("error in (EPERM, ENOENT)"));
  EXPECT_TRUE(holds("signal == SIGKILL"));
  EXPECT_TRUE(holds("mood == bad && mood == -3 && mood != good"));
}

TEST_F(WhereTest, BooleansStandAlone) {
  EXPECT_FALSE(holds("failed"));
  EXPECT_TRUE(holds("!failed && failed == false"));
  record_.number("failed", 1);
  EXPECT_TRUE(holds("failed && failed == true && failed != false"));
}

TEST_F(WhereTest, TextsCompare) {
  record_.text("who.comm", "python3").text("path", "/etc/passwd");
  EXPECT_TRUE(holds("comm == \"python3\""));
  EXPECT_FALSE(holds("comm == \"python\""));
  EXPECT_TRUE(holds("comm startswith \"py\" && path startswith \"/etc/\""));
  EXPECT_TRUE(holds("comm endswith \"3\" && path endswith \"passwd\""));
  EXPECT_TRUE(holds("path contains \"c/p\""));
  EXPECT_TRUE(holds("comm in (\"a\", \"python3\")"));
  EXPECT_TRUE(holds(R"(path =~ "^/etc/\w+$" && comm =~ "thon\d")"));
  EXPECT_FALSE(holds("comm =~ \"^thon\""));
  EXPECT_TRUE(holds("comm contains \"\" && comm != \"\""));
}

TEST_F(WhereTest, AFullTextNeedsNoNul) {
  record_.text("who.comm", "exactly_16_chars");
  EXPECT_TRUE(holds("comm == \"exactly_16_chars\""));
  EXPECT_FALSE(holds("comm == \"exactly_16_chars_and_more\""));
}

TEST_F(WhereTest, EscapesInText) {
  record_.text("path", "a\"b\\c");
  EXPECT_TRUE(holds(R"(path == "a\"b\\c")"));
}

TEST_F(WhereTest, ANameMayBeginAsNumbersDo) {
  record_.number("flags", 65);
  EXPECT_TRUE(holds("flags contains 32bit && flags contains write && flags == 65"));
  EXPECT_FALSE(holds("flags == 32bit"));
}

TEST_F(WhereTest, ListsAreJoinedByOneSpace) {
  record_.text("arguments", "ls\0-l\0/tmp\0"s);
  EXPECT_TRUE(holds("arguments == \"ls -l /tmp\""));
  EXPECT_TRUE(holds("arguments contains \"-l /\" && arguments startswith \"ls\""));
  EXPECT_TRUE(holds("arguments endswith \"tmp\""));
}

TEST_F(WhereTest, ACutTextIsWhatWasCaptured) {
  record_.cut_text("path", "/long", 4000);
  EXPECT_TRUE(holds("path == \"/long\" && path endswith \"long\""));
}

TEST_F(WhereTest, AddressesAndBlocks) {
  record_.text("remote.address", ipv4(10, 1, 2, 3));
  EXPECT_TRUE(holds("remote.address == 10.1.2.3"));
  EXPECT_TRUE(holds("remote.address == ::ffff:10.1.2.3"));
  EXPECT_TRUE(holds("remote.address in (192.168.0.0/16, 10.0.0.0/8)"));
  EXPECT_TRUE(holds("remote.address in (10.9.9.9/8)"));
  EXPECT_FALSE(holds("remote.address in (10.1.2.0/31)"));
  EXPECT_TRUE(holds("remote.address == 0.0.0.0/0 && remote.address == ::/0"));
  EXPECT_FALSE(holds("remote.address == ::1"));
  record_.text("remote.address", "\xfe\x80"s + std::string(13, '\0') + "\x01"s);
  EXPECT_TRUE(holds("remote.address == fe80::/10 && remote.address == fe80::1"));
  EXPECT_FALSE(holds("remote.address == 0.0.0.0/0"));
}

TEST_F(WhereTest, NamesOfThisMachine) {
  record_.number("who.uid", 7).number("who.cgroup", 42);
  EXPECT_TRUE(holds("user == \"user7\" && user == 7 && uid == 7"));
  EXPECT_TRUE(holds("container == \"container4\" && cgroup startswith \"/group\""));
  EXPECT_TRUE(holds("user in (\"root\", \"user7\")"));
  auto expression = parse_where("user == \"user7\"", event_.event);
  EXPECT_FALSE((*expression)->matches(record_, nullptr));
}

TEST_F(WhereTest, NotBindsTighterThanAndThanOr) {
  record_.number("port", 1);
  EXPECT_TRUE(holds("port == 1 || port == 2 && port == 3"));
  EXPECT_FALSE(holds("(port == 1 || port == 2) && port == 3"));
  EXPECT_FALSE(holds("!port == 1 || port == 2"));
  EXPECT_TRUE(holds("!(port == 1 && port == 2)"));
  EXPECT_TRUE(holds("!!port == 1"));
}

}  // namespace
}  // namespace plumb::query::where_test
