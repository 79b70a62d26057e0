#include "doctor/facts.h"

#include <gtest/gtest.h>

namespace plumb::doctor::facts_test {
namespace {

using Strings = std::vector<std::string>;

constexpr const char* hybrid =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
    "47 23 0:13 / /sys/kernel/tracing rw,relatime shared:7 master:2 - tracefs tracefs rw\n";

TEST(Lockdown, IsTheMarkedMode) {
  EXPECT_EQ(lockdown_mode("none [integrity] confidentiality\n"), "integrity");
  EXPECT_EQ(lockdown_mode("[none] integrity confidentiality\n"), "none");
  EXPECT_EQ(lockdown_mode("none integrity [confidentiality]"), "confidentiality");
}

TEST(Lockdown, IsUnknownWhenNothingIsMarked) {
  for (const char* text : {"", "none integrity", "[none", "none]", "] ["})
    EXPECT_EQ(lockdown_mode(text), "") << text;
}

TEST(Capabilities, AreTheEffectiveOnes) {
  const char* status =
      "Name:\tCapEff\nCapInh:\t0000000000000001\nCapPrm:\t0000000000000002\n"
      "CapEff:\t000001fffeffffff\nCapBnd:\t000001ffffffffff\n";
  EXPECT_EQ(effective_capabilities(status), 0x1fffeffffffULL);
}

TEST(Capabilities, AreNoneWhenNothingIsSaid) {
  for (const char* text : {"", "CapEff:", "CapEff:\t\n", "CapEff:\tzz\n", "CapEffX:\t1\n"})
    EXPECT_EQ(effective_capabilities(text), 0U) << text;
}

TEST(Seccomp, FiltersAreMode2) {
  EXPECT_TRUE(under_seccomp_filter("Seccomp:\t2\nSeccomp_filters:\t1\n"));
  EXPECT_FALSE(under_seccomp_filter("Seccomp:\t0\nSeccomp_filters:\t2\n"));
  EXPECT_FALSE(under_seccomp_filter(""));
}

TEST(UserNamespace, IsWhereTheIdsAreNotTheMachines) {
  EXPECT_FALSE(in_user_namespace("         0          0 4294967295\n"));
  EXPECT_TRUE(in_user_namespace("         0       1000          1\n"));
  EXPECT_TRUE(in_user_namespace("         0     100000      65536\n"));
  EXPECT_FALSE(in_user_namespace(""));
}

TEST(Mounts, AreFoundByTypeWithOrWithoutOptionalFields) {
  EXPECT_EQ(mounts_of(hybrid, "tracefs"), Strings{"/sys/kernel/tracing"});
  EXPECT_EQ(mounts_of(hybrid, "cgroup"), Strings{"/sys/fs/cgroup/cpu"});
  EXPECT_EQ(mounts_of(hybrid, "debugfs"), Strings{});
}

TEST(Mounts, HaveTheirPathsUnescaped) {
  EXPECT_EQ(mounts_of("1 2 0:3 / /a\\040b\\134c\\0 rw - tracefs t rw\n", "tracefs"),
            Strings{"/a b\\c\\0"});
}

TEST(Mounts, BrokenLinesAreSkipped) {
  EXPECT_EQ(mounts_of("", "tracefs"), Strings{});
  EXPECT_EQ(mounts_of(" - tracefs\n1 2 - tracefs\n1 2 3 / /x rw tracefs\n", "tracefs"), Strings{});
}

TEST(Cgroups, HybridHasBoth) {
  const CgroupLayout layout = cgroup_layout(hybrid);
  EXPECT_EQ(layout.mode, CgroupMode::hybrid);
  EXPECT_EQ(layout.unified, "/sys/fs/cgroup/unified");
  EXPECT_EQ(layout.legacy, "/sys/fs/cgroup");
}

TEST(Cgroups, EachVersionAlone) {
  const CgroupLayout v2 = cgroup_layout("26 21 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(v2.mode, CgroupMode::v2);
  EXPECT_EQ(v2.unified, "/sys/fs/cgroup");
  const CgroupLayout v1 = cgroup_layout("26 21 0:22 / /sys/fs/cgroup/pids rw - cgroup c rw,pids\n");
  EXPECT_EQ(v1.mode, CgroupMode::v1);
  EXPECT_EQ(v1.legacy, "/sys/fs/cgroup");
  EXPECT_EQ(cgroup_layout("26 21 0:22 / / rw - ext4 /dev/vda rw\n").mode, CgroupMode::none);
}

TEST(Kallsyms, ZeroesAreHiddenAddresses) {
  EXPECT_FALSE(shows_addresses("0000000000000000 T startup_64\n0000000000000000 T _stext\n"));
  EXPECT_TRUE(shows_addresses("0000000000000000 A fixed_percpu_data\nffffffff81000000 T _text\n"));
  EXPECT_FALSE(shows_addresses(""));
}

}  // namespace
}  // namespace plumb::doctor::facts_test
