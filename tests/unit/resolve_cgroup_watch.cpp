// Control groups as they are made, over folders of a made-up machine; and whose they turn out to
// be.
#include "resolve/cgroup_watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "resolve/containers.h"
#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

using Names = std::vector<std::string>;

struct Watching : testing::Test {
  FakeMachine machine;
  Cgroups cgroups{machine.mount()};
  CgroupWatch watch() {
    auto opened = CgroupWatch::open(cgroups);
    if (!opened) std::abort();
    return *std::move(opened);
  }
  void remove(const std::string& path) const {
    std::filesystem::remove_all(machine.mount() + path);
  }
};

TEST_F(Watching, WhatWasThereIsNotNew) {
  machine.cgroup("/old/below");
  CgroupWatch seen = watch();
  EXPECT_EQ(seen.take(), Names{});
  machine.cgroup("/old/below/new");
  EXPECT_EQ(seen.take(), Names{"/old/below/new"});
  EXPECT_EQ(seen.take(), Names{});
}

TEST_F(Watching, WhatIsMadeBelowANewOneIsNewOnce) {
  CgroupWatch seen = watch();
  machine.cgroup("/slice/pod/container");
  EXPECT_EQ(seen.take(), (Names{"/slice", "/slice/pod", "/slice/pod/container"}));
  machine.cgroup("/slice/pod/other");
  EXPECT_EQ(seen.take(), Names{"/slice/pod/other"});
}

TEST_F(Watching, OneThatWentAtOnceIsNot) {
  CgroupWatch seen = watch();
  machine.cgroup("/short");
  remove("/short");
  EXPECT_EQ(seen.take(), Names{});
}

TEST_F(Watching, TheSamePathMayComeAgain) {
  machine.cgroup("/again");
  CgroupWatch seen = watch();
  remove("/again");
  machine.cgroup("/again");
  EXPECT_EQ(seen.take(), Names{"/again"});
}

TEST_F(Watching, FilesAndLinksAreNoControlGroups) {
  machine.cgroup("/old");
  CgroupWatch seen = watch();
  machine.write("/sys/fs/cgroup/old/cgroup.procs", "1\n");
  std::filesystem::create_directory_symlink("/", machine.mount() + "/old/link");
  EXPECT_EQ(seen.take(), Names{});
}

TEST_F(Watching, MoreThanTheKernelRemembers) {
  CgroupWatch seen = watch();
  machine.cgroup("/last");
  // fs.inotify.max_queued_events is 16384 where nobody changed it; equal neighbours are one.
  for (int i = 0; i < 20'000; i++) {
    machine.write("/sys/fs/cgroup/file" + std::to_string(i % 2), "");
    std::filesystem::remove(machine.mount() + "/file" + std::to_string(i % 2));
  }
  machine.cgroup("/unheard/of");
  Names found = seen.take();
  std::ranges::sort(found);
  EXPECT_EQ(found, (Names{"/last", "/unheard", "/unheard/of"}));
}

TEST(CgroupWatchOpens, OnlyWhereThereIsAHierarchy) {
  EXPECT_FALSE(CgroupWatch::open(Cgroups("")));
  EXPECT_FALSE(CgroupWatch::open(Cgroups("/no/such/mount")));
}

struct Starting : Watching {
  Containers containers{cgroups, machine.paths()};
};

TEST_F(Starting, ANameMayComeAfterTheControlGroup) {
  machine.cgroup("/lab/x");
  EXPECT_FALSE(containers.at("/lab/x"));
  machine.write("/run/runc/web/state.json",
                R"({"cgroup_paths":{"":")" + machine.mount() + R"(/lab/x"}})");
  for (const char* path : {"/lab/x", "/lab/x/below"}) {
    auto found = containers.at(path);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(found->name, "web");
    EXPECT_EQ(found->cgroup, "/lab/x");
  }
}

TEST_F(Starting, WhoIsMeantByANameOrAnId) {
  const Container pod{"containerd", "abcdef" + std::string(58, '1'), "shop/web-7f/app", "", ""};
  for (const char* name : {"app", "web-7f/app", "shop/web-7f/app", "abcdef", "abcdef1"})
    EXPECT_TRUE(is_meant(pod, name)) << name;
  for (const char* name : {"pp", "shop", "abcde", "abcdef2", "bcdef1"})
    EXPECT_FALSE(is_meant(pod, name)) << name;
}

}  // namespace
}  // namespace plumb::resolve
