// Real files, against what binutils' readelf says of them.
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "probe/argument.h"
#include "probe/open_file.h"
#include "probe/static_probes.h"

namespace plumb::probe::real_test {
namespace {

using Notes = std::multiset<std::string>;  // "PROVIDER NAME ARGUMENTS"

Notes told_by_readelf(const std::string& path) {
  const std::string command = "readelf -n '" + path + "' 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text(1 << 22, '\0');
  text.resize(fread(text.data(), 1, text.size(), pipe.get()));
  std::istringstream lines(text);
  Notes notes;
  std::string provider, name;
  const auto value = [](const std::string& line) { return line.substr(line.find(": ") + 2); };
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("    Provider: ")) provider = value(line);
    if (line.starts_with("    Name: ")) name = value(line);
    if (line.starts_with("    Arguments: "))
      notes.insert(provider + " " + name + " " + value(line));
  }
  return notes;
}

StaticProbes read(const std::string& path) {
  auto open = open_file(path);
  EXPECT_TRUE(open) << open.error().what;
  auto found = static_probes(FileBytes(std::move(open->file), open->size));
  EXPECT_TRUE(found) << found.error().what;
  return *found;
}

class RealFile : public testing::TestWithParam<const char*> {};

TEST_P(RealFile, HasTheProbesThatReadelfTells) {
  if (access(GetParam(), R_OK) != 0) GTEST_SKIP() << "no " << GetParam();
  if (system("command -v readelf >/dev/null") != 0) GTEST_SKIP() << "no readelf";
  Notes notes;
  std::ifstream file(GetParam(), std::ios::binary);
  const StaticProbes found = read(GetParam());
  for (const Probe& probe : found.probes) {
    for (const Site& site : probe.sites) {
      notes.insert(probe.provider + " " + probe.name + " " + site.arguments);
      for (const Argument& each : parse_arguments(site.arguments, found.machine))
        EXPECT_NE(each.place, Place::unknown) << each.text;
      // each site is a no-op of one byte
      ASSERT_TRUE(site.offset);
      EXPECT_EQ(file.seekg(static_cast<std::streamoff>(*site.offset)).get(), 0x90) << probe.name;
    }
  }
  EXPECT_EQ(found.broken, 0u);
  EXPECT_EQ(notes, told_by_readelf(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(OfThisMachine, RealFile,
                         testing::Values("/usr/bin/python3.11", "/usr/bin/python3.13",
                                         "/usr/lib/x86_64-linux-gnu/libc.so.6",
                                         "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                                         "/lib64/ld-linux-x86-64.so.2",
                                         "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so",
                                         "/usr/lib/jvm/temurin-25-jdk-amd64/lib/server/libjvm.so"));

}  // namespace
}  // namespace plumb::probe::real_test
