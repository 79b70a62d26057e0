// Which files a program will run code from. Truth: ldd, which asks the dynamic linker itself.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "probe/needed_files.h"

namespace plumb::probe::needed_test {
namespace {

using Files = std::set<std::pair<uint64_t, uint64_t>>;  // device and inode

void add_file(Files& files, const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0) files.emplace(facts.st_dev, facts.st_ino);
}

// "	libselinux.so.1 => /lib/x86_64-linux-gnu/libselinux.so.1 (0x00007f...)"
Files of_ldd(const std::string& program) {
  Files files;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      popen(("ldd '" + program + "' 2>/dev/null").c_str(), "r"), pclose);
  std::array<char, 4096> line{};
  while (pipe && fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    std::istringstream words(line.data());
    for (std::string word; words >> word;)
      if (word[0] == '/') add_file(files, word);
  }
  return files;
}

Files found(const std::string& program) {
  Files files;
  for (const std::string& path : files_run_by(program)) add_file(files, path);
  return files;
}

TEST(NeededFiles, AreThoseThatTheDynamicLinkerMaps) {
  for (const std::string program : {"/bin/ls", "/usr/bin/python3", "/usr/bin/gdb"}) {
    if (access(program.c_str(), R_OK) != 0) continue;
    const Files told = of_ldd(program);
    if (told.empty()) GTEST_SKIP() << "no ldd";
    const Files ours = found(program);
    for (const auto& each : told)
      if (!ours.contains(each)) ADD_FAILURE() << program << ": inode " << each.second;
    EXPECT_EQ(ours.size(), told.size() + 1) << program;  // itself
  }
}

TEST(NeededFiles, OfAScriptAreThoseOfItsInterpreter) {
  std::string path = "/tmp/plumb_script_XXXXXX";
  close(mkstemp(path.data()));
  std::ofstream(path) << "#! /bin/sh -e\necho\n";
  Files expected = found("/bin/sh");
  add_file(expected, path);
  EXPECT_EQ(found(path), expected);
  unlink(path.c_str());
}

TEST(NeededFiles, OfNothing) {
  EXPECT_EQ(files_run_by("/no/such/program").size(), 1u);
  EXPECT_TRUE(found("/no/such/program").empty());
}

}  // namespace
}  // namespace plumb::probe::needed_test
