#include "resolve/cgroups.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(CgroupMount, FindsTheHybridOne) {
  EXPECT_EQ(find_cgroup_mount("23 1 8:0 / / rw - ext4 /dev/vda rw\n"
                              "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                              "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"),
            "/sys/fs/cgroup/unified");
}

TEST(CgroupMount, SkipsOptionalFieldsAndUndoesEscapes) {
  EXPECT_EQ(find_cgroup_mount("30 1 0:26 / /my\\040groups rw shared:4 master:1 - cgroup2 c rw\n"),
            "/my groups");
}

TEST(CgroupMount, PrefersTheWholeHierarchyInItsUsualPlace) {
  std::string_view part = "50 1 0:26 /docker/x /part rw - cgroup2 c rw\n";
  std::string_view odd = "51 1 0:26 / /odd rw - cgroup2 c rw\n";
  std::string_view usual = "52 1 0:26 / /sys/fs/cgroup rw - cgroup2 c rw\n";
  EXPECT_EQ(find_cgroup_mount(std::string(part).append(odd).append(usual)), "/sys/fs/cgroup");
  EXPECT_EQ(find_cgroup_mount(std::string(part).append(odd)), "/odd");
  std::string_view hybrid = "53 1 0:26 / /sys/fs/cgroup/unified rw - cgroup2 c rw\n";
  EXPECT_EQ(find_cgroup_mount(std::string(odd).append(hybrid)), "/sys/fs/cgroup/unified");
  EXPECT_EQ(find_cgroup_mount(part), "/part");
}

TEST(CgroupMount, IsEmptyWithoutOneAndForNonsense) {
  EXPECT_EQ(find_cgroup_mount("35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw\n"), "");
  EXPECT_EQ(find_cgroup_mount(""), "");
  EXPECT_EQ(find_cgroup_mount("- cgroup2\n-\n1 2 3 4 5 6 -\n1 - cgroup2 x\n"), "");
}

TEST(IsWithin, WantsAWholeComponent) {
  EXPECT_TRUE(is_within("/a/b", "/a"));
  EXPECT_TRUE(is_within("/a", "/a"));
  EXPECT_TRUE(is_within("/a", "/"));
  EXPECT_FALSE(is_within("/ab", "/a"));
  EXPECT_FALSE(is_within("/a", "/a/b"));
  EXPECT_FALSE(is_within("/a", ""));
}

TEST(Cgroups, AnIdAndItsPathAreTwoNamesOfOneThing) {
  FakeMachine machine;
  uint64_t id = machine.cgroup("/system.slice/sshd.service");
  Cgroups cgroups(machine.mount());
  for (std::string path : {"/system.slice/sshd.service", "system.slice/sshd.service",
                           "//system.slice/./sshd.service/"}) {
    auto found = cgroups.id_of(path);
    ASSERT_TRUE(found) << path << ": " << found.error().what;
    EXPECT_EQ(*found, id);
  }
  auto absolute = cgroups.id_of(machine.mount() + "/system.slice/sshd.service");
  ASSERT_TRUE(absolute);
  EXPECT_EQ(*absolute, id);
  EXPECT_EQ(cgroups.path_of(id), "/system.slice/sshd.service");
}

TEST(Cgroups, TheRootIsASlash) {
  FakeMachine machine;
  uint64_t id = machine.cgroup("/");
  Cgroups cgroups(machine.mount());
  EXPECT_EQ(cgroups.path_of(id), "/");
  ASSERT_TRUE(cgroups.id_of(machine.mount()));
  EXPECT_EQ(*cgroups.id_of(machine.mount()), id);
  EXPECT_EQ(*cgroups.id_of("/"), id);
}

TEST(Cgroups, APathIsRememberedWhenItsCgroupHasGone) {
  FakeMachine machine;
  uint64_t id = machine.cgroup("/short");
  Cgroups cgroups(machine.mount());
  EXPECT_EQ(cgroups.path_of(id), "/short");
  std::filesystem::remove(machine.mount() + "/short");
  EXPECT_EQ(cgroups.path_of(id), "/short");
}

TEST(Cgroups, AnUnknownIdIsNotLookedForAllTheTime) {
  FakeMachine machine;
  machine.cgroup("/a");
  Cgroups patient(machine.mount(), hours(1));
  Cgroups eager(machine.mount(), seconds(0));
  constexpr uint64_t nobody = ~0ULL;
  EXPECT_EQ(patient.path_of(nobody), "");
  EXPECT_EQ(eager.path_of(nobody), "");
  uint64_t id = machine.cgroup("/late");
  EXPECT_EQ(patient.path_of(id), "") << "it scanned twice within the hour";
  EXPECT_EQ(eager.path_of(id), "/late");
}

TEST(Cgroups, AMissingPathNamesWhatIsThere) {
  FakeMachine machine;
  machine.cgroup("/system.slice/sshd.service");
  machine.cgroup("/system.slice/cron.service");
  Cgroups cgroups(machine.mount());

  auto elsewhere = cgroups.id_of("sshd.service");
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().hint, "did you mean /system.slice/sshd.service?");

  auto typo = cgroups.id_of("/system.slice/sshd.servce");
  ASSERT_FALSE(typo);
  EXPECT_NE(typo.error().what.find("/system.slice/sshd.servce"), std::string::npos);
  EXPECT_EQ(typo.error().hint, "/system.slice has sshd.service, cron.service");

  auto deep = cgroups.id_of("/system.slice/sshd.service/x/y");
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().hint, "/system.slice/sshd.service has no cgroups in it");
  auto lost = cgroups.id_of("/systm.slice/x/y");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().hint, "/ has system.slice");
}

TEST(Cgroups, NeverLeavesTheHierarchy) {
  FakeMachine machine;
  machine.cgroup("/a");
  machine.write("/secret/file", "x");
  std::filesystem::create_directory_symlink(machine.root + "/secret", machine.mount() + "/link");
  Cgroups cgroups(machine.mount());
  EXPECT_FALSE(cgroups.id_of("/a/../../../../secret"));
  EXPECT_FALSE(cgroups.id_of("/link"));
  EXPECT_FALSE(cgroups.id_of(""));
  auto tree = cgroups.tree();
  EXPECT_EQ(tree.size(), 2U) << "a link was followed";
}

TEST(Cgroups, TheTreeEndsInALoopOfLinks) {
  FakeMachine machine;
  machine.cgroup("/a/b");
  std::filesystem::create_directory_symlink(machine.mount(), machine.mount() + "/a/loop");
  std::filesystem::create_directory_symlink("self", machine.mount() + "/a/self");
  Cgroups cgroups(machine.mount());
  auto tree = cgroups.tree("/a");
  ASSERT_EQ(tree.size(), 2U);
  EXPECT_EQ(tree[0].path, "/a");
  EXPECT_EQ(tree[1].path, "/a/b");
  EXPECT_EQ(tree[1].id, machine.cgroup("/a/b"));
  EXPECT_TRUE(cgroups.tree("/absent").empty());
}

TEST(Cgroups, KnowsWhoseProcessesLive) {
  FakeMachine machine;
  machine.cgroup("/quiet");
  machine.write("/sys/fs/cgroup/quiet/cgroup.events", "populated 0\nfrozen 0\n");
  machine.cgroup("/busy");
  machine.write("/sys/fs/cgroup/busy/cgroup.events", "populated 1\nfrozen 0\n");
  Cgroups cgroups(machine.mount());
  EXPECT_FALSE(cgroups.populated("/quiet"));
  EXPECT_TRUE(cgroups.populated("/busy"));
  EXPECT_TRUE(cgroups.populated("/"));
  EXPECT_EQ(cgroups.owner_uid("/busy"), static_cast<int64_t>(::getuid()));
  EXPECT_EQ(cgroups.owner_uid("/absent"), -1);
}

TEST(Cgroups, WithoutAHierarchyNothingHasAPath) {
  Cgroups cgroups("");
  EXPECT_EQ(cgroups.path_of(1), "");
  EXPECT_TRUE(cgroups.tree().empty());
  auto id = cgroups.id_of("/a");
  ASSERT_FALSE(id);
  EXPECT_NE(id.error().hint.find("mount -t cgroup2"), std::string::npos);
}

TEST(Cgroups, AHintCannotDriveATerminal) {
  FakeMachine machine;
  machine.cgroup("/\x1b[2Jred");
  auto id = Cgroups(machine.mount()).id_of("/x");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().hint, "/ has ?[2Jred");
}

}  // namespace
}  // namespace plumb::resolve
