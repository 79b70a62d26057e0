#include "resolve/mounts.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

constexpr uint32_t device(uint32_t major, uint32_t minor) { return major << 20 | minor; }

TEST(Mounts, WholeFileSystemsWhereTheyAreFirst) {
  FakeMachine machine;
  machine.write("/mountinfo",
                "22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n"
                "23 22 254:0 /srv /mnt/part rw - ext4 /dev/vda rw\n"
                "24 22 0:40 /only/a/part /mnt rw - overlay overlay rw\n"
                "25 22 0:41 / /with\\040blank\\134 rw - tmpfs none rw\n"
                "26 22 0:41 / /again rw - tmpfs none rw\n");
  Mounts mounts(machine.root + "/mountinfo");
  EXPECT_EQ(mounts.place_of(device(254, 0)), "/");
  EXPECT_EQ(mounts.place_of(device(0, 41)), "/with blank\\");
  EXPECT_EQ(mounts.place_of(device(0, 40)), "/mnt[/only/a/part]");
  EXPECT_EQ(mounts.place_of(device(9, 9)), "");
  EXPECT_EQ(mounts.place_of(0), "");
  EXPECT_EQ(mounts.device_at("/"), device(254, 0));
  EXPECT_EQ(mounts.device_at("/mnt"), device(0, 40));
  EXPECT_EQ(mounts.device_at("/nothing"), 0u);
}

TEST(Mounts, PartsWhereTheWholeIsNotMounted) {
  FakeMachine machine;
  std::string lines =
      "22 1 0:30 /@ / rw - btrfs /dev/vda rw\n"
      "23 22 0:30 /@home/some\\040one /home rw - btrfs /dev/vda rw\n"
      "24 22 0:30 /@/etc/inside /etc/again rw - btrfs /dev/vda rw\n"
      "25 22 0:30 /@home /all rw - btrfs /dev/vda rw\n"
      "26 22 0:30 /@homeless /other rw - btrfs /dev/vda rw\n";
  for (int i = 0; i < 2000; i++)
    lines += "30 22 0:31 /" + std::to_string(i) + " /p" + std::to_string(i) + " rw - x x rw\n";
  machine.write("/mountinfo", lines);
  Mounts mounts(machine.root + "/mountinfo");
  EXPECT_EQ(mounts.place_of(device(0, 30)), "/[/@], /all[/@home], /other[/@homeless]");
  EXPECT_EQ(mounts.place_of(device(0, 31)),
            "/p0[/0], /p1[/1], /p2[/2], /p3[/3], /p4[/4], /p5[/5], /p6[/6], /p7[/7]");
}

TEST(Mounts, LinesThatAreNone) {
  FakeMachine machine;
  machine.write("/mountinfo",
                "\n1\n1 2 3\n1 2 3: / /a\n1 2 :3 / /b\n1 2 4:5x / /c\n1 2 99999:1 / /d\n"
                "1 2 1:99999999 / /e\n1 2 6:7 /\n1 2 8:9 / /f\\04\n1 2 8:10 / /cut");
  Mounts mounts(machine.root + "/mountinfo");
  for (uint32_t minor : {0u, 1u, 3u, 5u, 7u, 10u})
    for (uint32_t major : {0u, 1u, 3u, 4u, 6u, 8u})
      EXPECT_EQ(mounts.place_of(device(major, minor)), "");
  EXPECT_EQ(mounts.place_of(device(8, 9)), "/f\\04");
  Mounts absent(machine.root + "/no/such/file");
  EXPECT_EQ(absent.place_of(device(8, 9)), "");
}

TEST(Mounts, ThisMachineAgreesWithStat) {
  struct stat about {};
  Mounts mounts;
  for (const char* place : {"/proc", "/sys", "/dev"}) {
    ASSERT_EQ(stat(place, &about), 0);
    EXPECT_EQ(mounts.place_of(device(major(about.st_dev), minor(about.st_dev))), place);
  }
}

}  // namespace
}  // namespace plumb::resolve
