#include "resolve/users.h"

#include <gtest/gtest.h>

#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

Users users_of(const FakeMachine& machine) {
  return Users(machine.root + "/etc/passwd", machine.root + "/etc/group");
}

TEST(Users, NamesUsersAndGroups) {
  FakeMachine machine;
  machine.write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:\n");
  machine.write("/etc/group", "root:x:0:\nstaff:x:1000:ann,bob\n");
  Users users = users_of(machine);
  EXPECT_EQ(users.user(0), "root");
  EXPECT_EQ(users.user(1000), "ann");
  EXPECT_EQ(users.group(1000), "staff");
  EXPECT_EQ(users.user(77), "");
  EXPECT_EQ(users.group(77), "");
  EXPECT_EQ(users.uids("ann"), std::vector<uint64_t>{1000});
  EXPECT_EQ(users.gids("staff"), std::vector<uint64_t>{1000});
  EXPECT_TRUE(users.uids("staff").empty() && users.gids("ann").empty());
}

TEST(Users, TheFirstNameOfAnIdCounts) {
  FakeMachine machine;
  machine.write("/etc/passwd", "root:x:0:0:::\ntoor:x:0:0:::\n");
  EXPECT_EQ(users_of(machine).user(0), "root");
  EXPECT_TRUE(users_of(machine).uids("toor").empty());
}

TEST(Users, OneNameMayHaveSeveralIds) {
  FakeMachine machine;
  machine.write("/etc/passwd", "web:x:33:33:::\nroot:x:0:0:::\nweb:x:5:5:::\n");
  EXPECT_EQ(users_of(machine).uids("web"), (std::vector<uint64_t>{5, 33}));
}

TEST(Users, SeesAUserThatWasAddedLater) {
  FakeMachine machine;
  machine.write("/etc/passwd", "root:x:0:0:::\n");
  Users users = users_of(machine);
  EXPECT_EQ(users.user(5), "");
  machine.write("/etc/passwd", "root:x:0:0:::\nlate:x:5:5:::\n");
  EXPECT_EQ(users.user(5), "late");
}

TEST(Users, PassesOverWhatIsNoEntry) {
  FakeMachine machine;
  machine.write("/etc/passwd",
                "+::::::\n\n:x:3:3:::\nneg:x:-1:0:::\nbig:x:4294967296:0:::\nhex:x:5z:0:::\n"
                "short:x:6\nthree:x:3:3:::\nok:x:4294967295:0:::");
  Users users = users_of(machine);
  EXPECT_EQ(users.user(4294967295), "ok");
  EXPECT_EQ(users.user(3), "three");
  for (uint32_t id : {0U, 1U, 5U, 6U}) EXPECT_EQ(users.user(id), "") << id;
}

TEST(Users, ANameCannotDriveATerminal) {
  FakeMachine machine;
  machine.write("/etc/passwd", "a\x1b]0;b\x07:x:9:9:::\n");
  EXPECT_EQ(users_of(machine).user(9), "a?]0;b?");
}

TEST(Users, ACutNumberIsNotAShorterNumber) {
  FakeMachine machine;
  constexpr size_t limit = 4 << 20;
  std::string start = "root:x:0:0:::\n";
  std::string end = "cut:x:12";  // "34:..." lies behind the limit
  std::string text = start + std::string(limit - start.size() - end.size() - 1, 'y') + "\n" + end;
  ASSERT_EQ(text.size(), limit);
  machine.write("/etc/passwd", text + "34:0:::\n");
  Users users = users_of(machine);
  EXPECT_EQ(users.user(12), "");
  EXPECT_EQ(users.user(0), "root");
}

TEST(Users, WithoutAFileNobodyHasAName) {
  FakeMachine machine;
  std::filesystem::create_symlink("loop", machine.root + "/loop");
  EXPECT_EQ(users_of(machine).user(0), "");
  EXPECT_EQ(Users(machine.root + "/loop", machine.root).user(0), "");
  EXPECT_EQ(Users(machine.root + "/loop", machine.root).group(0), "");
}

}  // namespace
}  // namespace plumb::resolve
