// Whose files are believed to tell what code this process has made, and when they are read.
#include "resolve/made_code.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/text.h"

namespace plumb::resolve {
namespace {

class MadeCodeTest : public testing::Test {
 protected:
  MadeCodeTest() {
    const auto status = *read_file("/proc/self/status");
    const size_t at = status.find("NSpid:");
    const std::string line = status.substr(at, status.find('\n', at) - at);
    path_ = "/tmp/perf-" + line.substr(line.rfind('\t') + 1) + ".map";
    unlink(path_.c_str());
  }
  ~MadeCodeTest() override { unlink(path_.c_str()); }

  void write(const std::string& text, std::ios::openmode mode = std::ios::trunc) {
    std::ofstream(path_, mode) << text;
  }
  std::string at(uint64_t address) { return made_.frame_at(self_, address).function; }

  const uint32_t self_ = static_cast<uint32_t>(getpid());
  std::string path_;
  MadeCode made_;
};

TEST_F(MadeCodeTest, IsReadAgainWhenItHasGrown) {
  write("1000 10 first\n2000 1");
  EXPECT_EQ(at(0x1000), "");  // it was not met
  made_.meet(self_);
  EXPECT_EQ(at(0x100f), "first");
  EXPECT_EQ(at(0x2000), "");
  write("0 second\n", std::ios::app);
  EXPECT_EQ(at(0x2000), "second");
  EXPECT_EQ(at(0x3000), "");
}

TEST_F(MadeCodeTest, WrittenAnewItCountsAlone) {
  write("1000 10 first\n");
  made_.meet(self_);
  EXPECT_EQ(at(0x1000), "first");
  write("3000 10 third\n4000 10 fourth\n");
  EXPECT_EQ(at(0x4000), "fourth");
  EXPECT_EQ(at(0x1000), "");
}

TEST_F(MadeCodeTest, IsLookedForWhenANameIsMissing) {
  made_.meet(self_);
  write("1000 10 late\n");
  EXPECT_EQ(at(0x1000), "late");
}

TEST_F(MadeCodeTest, ALinkIsNotFollowed) {
  const std::string there = path_ + ".there";
  std::ofstream(there) << "1000 10 f\n";
  ASSERT_EQ(symlink(there.c_str(), path_.c_str()), 0);
  made_.meet(self_);
  EXPECT_EQ(at(0x1000), "");
  unlink(there.c_str());
}

TEST_F(MadeCodeTest, WhatIsOlderThanTheProcessIsAnothersOne) {
  write("1000 10 f\n");
  const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  made_.meet(self_);
  EXPECT_EQ(at(0x1000), "");
}

TEST_F(MadeCodeTest, AStrangersIsNotBelieved) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  write("1000 10 f\n");
  ASSERT_EQ(chown(path_.c_str(), 12345, 12345), 0);
  made_.meet(self_);
  EXPECT_EQ(at(0x1000), "");
}

TEST_F(MadeCodeTest, WhatIsNoFileIsNotOpened) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  made_.meet(self_);
  EXPECT_EQ(at(0x1000), "");
  made_.meet(UINT32_MAX);
  EXPECT_EQ(made_.frame_at(UINT32_MAX, 1).function, "");
}

TEST_F(MadeCodeTest, IsKnownWhenTheProcessHasEnded) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    char go = 0;
    if (read(ends[0], &go, 1) != 1) _exit(1);
    _exit(0);
  }
  const auto pid = static_cast<uint32_t>(child);
  made_.meet(pid);
  path_ = "/tmp/perf-" + std::to_string(child) + ".map";
  write("1000 10 at_its_end\n");
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(made_.frame_at(pid, 0x1000).function, "at_its_end");
}

}  // namespace
}  // namespace plumb::resolve
