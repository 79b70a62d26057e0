// Functions of real files, against what binutils' readelf and c++filt say of them.
#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "probe/functions.h"
#include "probe/open_file.h"
#include "probe/readable_name.h"

namespace plumb::probe::real_functions_test {
namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text, piece(1 << 16, '\0');
  while (const size_t size = fread(piece.data(), 1, piece.size(), pipe.get()))
    text.append(piece, 0, size);
  return text;
}

struct Load {
  uint64_t offset = 0, address = 0, size = 0;
};

std::vector<Load> loads_of(const std::string& path) {
  std::istringstream lines(output_of("readelf -lW '" + path + "' 2>/dev/null"));
  std::vector<Load> all;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind, physical;
    Load load;
    if (words >> kind >> std::hex >> load.offset >> load.address >> physical >> load.size &&
        kind == "LOAD")
      all.push_back(load);
  }
  return all;
}

using Told = std::map<std::pair<uint64_t, std::string>, uint64_t>;  // offset and name: size

// "Num: Value Size Type Bind Vis Ndx Name"
Told told_by_readelf(const std::string& path) {
  const auto loads = loads_of(path);
  std::istringstream lines(output_of("readelf -sW '" + path + "' 2>/dev/null"));
  Told told;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, size, type, bind, visibility, section, name;
    uint64_t address = 0;
    words >> number >> std::hex >> address >> size >> type >> bind >> visibility >> section;
    if (words >> name; name.starts_with("[")) words >> name;  // [VARIANT_PCS] and its like
    if ((type != "FUNC" && type != "IFUNC") || section == "UND" || section == "ABS") continue;
    for (const Load& load : loads) {
      if (address < load.address || address - load.address >= load.size) continue;
      uint64_t& told_size =
          told[{load.offset + address - load.address, name.substr(0, name.find('@'))}];
      told_size = std::max<uint64_t>(told_size, std::stoull(size, nullptr, 0));
    }
  }
  return told;
}

std::vector<Function> read(const std::string& path) {
  auto open = open_file(path);
  EXPECT_TRUE(open) << open.error().what;
  auto found = functions_of(FileBytes(std::move(open->file), open->size));
  EXPECT_TRUE(found) << found.error().what;
  return found ? *found : std::vector<Function>();
}

class RealFunctions : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (access(GetParam(), R_OK) != 0) GTEST_SKIP() << "no " << GetParam();
    if (system("command -v readelf c++filt >/dev/null") != 0) GTEST_SKIP() << "no binutils";
  }
};

TEST_P(RealFunctions, AreThoseThatReadelfTells) {
  Told ours;
  for (const Function& each : read(GetParam())) ours[{each.offset, each.name}] = each.size;
  const Told theirs = told_by_readelf(GetParam());
  EXPECT_FALSE(theirs.empty());
  EXPECT_EQ(ours.size(), theirs.size());
  EXPECT_TRUE(ours == theirs);
}

// Each of a few thousand names is c++filt's, or left as it is; almost none is.
TEST_P(RealFunctions, AreReadAsCxxfiltReadsThem) {
  std::set<std::string> symbols;
  for (const Function& each : read(GetParam()))
    if (is_mangled(each.name) && each.name.find('.') == std::string::npos &&
        std::hash<std::string>()(each.name) % 8 == 0)
      symbols.insert(each.name);
  if (symbols.empty()) GTEST_SKIP() << "no names of C++";
  char path[] = "/tmp/plumb_symbols_XXXXXX";
  FILE* file = fdopen(mkstemp(path), "w");
  for (const std::string& each : symbols) fprintf(file, "%s\n", each.c_str());
  fclose(file);
  std::istringstream theirs(output_of(std::string("c++filt -p -i <") + path));
  unlink(path);
  size_t left = 0;
  for (const std::string& each : symbols) {
    std::string name;
    std::getline(theirs, name);
    const std::string ours = readable_name(each);
    left += ours == each;
    EXPECT_TRUE(ours == each || ours == name) << each << ": " << ours << " is " << name;
  }
  EXPECT_LE(left, symbols.size() / 50) << "of " << symbols.size();
}

// A name that can be read finds its function: none is passed over unread.
TEST_P(RealFunctions, AreFoundByWhatTheyAreReadAs) {
  const auto all = read(GetParam());
  for (size_t i = 0; i < all.size(); i += all.size() / 12 + 1) {
    const std::string name = readable_name(all[i].name);
    const std::string pattern = "*" + name.substr(name.size() / 2);
    for (const std::string& wanted : {name, pattern}) {
      if (wanted == pattern && all[i].name.ends_with(".cold")) continue;
      const auto found = find_functions(all, wanted);
      ASSERT_TRUE(found) << wanted << ": " << found.error().what;
      EXPECT_TRUE(std::ranges::any_of(*found, [&](const Function& each) {
        return each.offset == all[i].offset && (wanted != name || readable_name(each.name) == name);
      })) << wanted;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfThisMachine, RealFunctions,
                         testing::Values("/usr/bin/python3.11", "/usr/bin/python3.13",
                                         "/usr/lib/x86_64-linux-gnu/libc.so.6",
                                         "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                                         "/lib64/ld-linux-x86-64.so.2",
                                         "/usr/lib/x86_64-linux-gnu/libprotobuf.so.32",
                                         "/root/.pyenv/versions/3.12.1/lib/libpython3.12.so.1.0",
                                         "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so",
                                         "/usr/lib/jvm/temurin-25-jdk-amd64/lib/server/libjvm.so"));

}  // namespace
}  // namespace plumb::probe::real_functions_test
