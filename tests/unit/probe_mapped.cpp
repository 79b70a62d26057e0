#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "probe/mapped_files.h"

namespace plumb::probe::mapped_test {
namespace {

TEST(Maps, ALineOfAFile) {
  MapsLine line;
  ASSERT_TRUE(parse_maps_line(
      "00400000-0041f000 r-xp 0000f000 fd:01 1234                       /usr/bin/a b", line));
  EXPECT_EQ(line.begin, 0x400000u);
  EXPECT_EQ(line.end, 0x41f000u);
  EXPECT_EQ(line.offset, 0xf000u);
  EXPECT_TRUE(line.executable);
  EXPECT_EQ(line.device, "fd:01");
  EXPECT_EQ(line.inode, 1234u);
  EXPECT_EQ(line.path, "/usr/bin/a b");
  ASSERT_TRUE(parse_maps_line("1-2 r--p 0 0:5 7 /memfd:x\\012y (deleted)", line));
  EXPECT_EQ(line.path, "/memfd:x\ny (deleted)");
  EXPECT_FALSE(line.executable);
}

TEST(Maps, LinesOfNoFile) {
  MapsLine line;
  for (const char* text :
       {"", "-", "1-2", "1-2 r--p 0 0:0 0 ", "7ffd1000-7ffd2000 rw-p 00000000 00:00 0    [stack]",
        "x-2 r--p 0 8:1 5 /a", "1-x r--p 0 8:1 5 /a", "1-2 r--p 0 8:1 x /a", "1-2 r--p 0 8:1 5",
        "1-2 r--p 0 8:1 5 ", "1-2 r--p g 8:1 5 /a", "11111111111111111-2 r--p 0 8:1 5 /a"})
    EXPECT_FALSE(parse_maps_line(text, line)) << text;
}

TEST(Maps, PathsAsAProcessSeesThem) {
  EXPECT_EQ(beneath_root("/usr/lib/a", "/"), "/usr/lib/a");
  EXPECT_EQ(beneath_root("/jail/usr/lib/a", "/jail"), "/usr/lib/a");
  EXPECT_EQ(beneath_root("/jailed/a", "/jail"), "/jailed/a");  // beyond its root
  EXPECT_EQ(beneath_root("/jail", "/jail"), "/jail");
  EXPECT_EQ(beneath_root("/a", ""), "/a");
  std::string path = "/a (deleted)";
  EXPECT_TRUE(cut_deleted(path));
  EXPECT_EQ(path, "/a");
  EXPECT_FALSE(cut_deleted(path));
}

// A file of its own.
class MappedFiles : public testing::Test {
 protected:
  MappedFiles() {
    char name[] = "/tmp/plumb_mapped_XXXXXX";
    file_ = mkstemp(name);
    path_ = name;
    EXPECT_EQ(ftruncate(file_, 8192), 0);
  }
  ~MappedFiles() override {
    unlink(path_.c_str());
    close(file_);
  }

  void map(int fd) { EXPECT_NE(mmap(nullptr, 8192, PROT_READ, MAP_PRIVATE, fd, 0), MAP_FAILED); }

  // How often it is seen, which it is under `name`.
  size_t times(const std::string& name, bool deleted = false) {
    size_t count = 0;
    auto not_read = each_mapped_file(static_cast<uint32_t>(getpid()), [&](const MappedFile& each) {
      count += each.path == name && each.deleted == deleted && each.open.file;
    });
    EXPECT_TRUE(not_read);
    not_read_ = *not_read;
    return count;
  }
  bool is_told(const std::string& name) {
    return std::ranges::any_of(not_read_, [&](const NotRead& each) { return each.path == name; });
  }

  int file_ = -1;
  std::string path_;
  std::vector<NotRead> not_read_;
};

TEST_F(MappedFiles, EachOnce) {
  map(file_);
  map(file_);
  EXPECT_EQ(times(path_), 1u);
  EXPECT_FALSE(is_told(path_));
}

TEST_F(MappedFiles, ByOneOfItsNames) {
  const std::string other = path_ + ".link";
  ASSERT_EQ(link(path_.c_str(), other.c_str()), 0);
  const int second = open(other.c_str(), O_RDONLY);
  map(file_);
  map(second);
  close(second);
  EXPECT_EQ(times(path_) + times(other), 1u);
  unlink(other.c_str());
}

TEST_F(MappedFiles, DeletedOnesAndThoseInMemory) {
  map(file_);
  unlink(path_.c_str());
  const int memory = memfd_create("plumb test", 0);
  ASSERT_EQ(ftruncate(memory, 8192), 0);
  map(memory);
  close(memory);
  const bool is_root = geteuid() == 0;
  EXPECT_EQ(times(path_, true), is_root ? 1u : 0u);
  EXPECT_EQ(is_told(path_ + " (deleted)"), !is_root);
  EXPECT_EQ(times("/memfd:plumb test", true), is_root ? 1u : 0u);
}

TEST_F(MappedFiles, WithoutPrivilegesByTheirPaths) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give privileges up";
  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  const std::string replaced = path_ + ".replaced";
  std::ofstream(replaced) << std::string(8192, 'x');
  const int second = open(replaced.c_str(), O_RDONLY);
  const pid_t child = fork();
  if (child == 0) {
    map(file_);
    map(second);
    unlink(replaced.c_str());
    std::ofstream(replaced) << "another";
    if (setresuid(65534, 65534, 65534) != 0) _exit(9);
    // its own /proc belongs to root until it says that it may be looked at
    if (prctl(PR_SET_DUMPABLE, 1) != 0) _exit(8);
    const bool is_found = times(path_) == 1 && !is_told(path_);
    const bool is_other = times(replaced) == 0 && is_told(replaced + " (deleted)");
    _exit(is_found && is_other ? 0 : is_found ? 2 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  close(second);
  unlink(replaced.c_str());
}

TEST(Process, ThatIsNotThere) {
  const auto see = [](const MappedFile&) {};
  const auto absent = each_mapped_file(4194304, see);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().what, "--pid 4194304: no such process");
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t ended{};
  waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  const auto zombie = each_mapped_file(static_cast<uint32_t>(child), see);
  EXPECT_FALSE(zombie);
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace plumb::probe::mapped_test
