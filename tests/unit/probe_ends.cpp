// Where functions return that may end in other ways, too.
#include "probe/ends.h"

#include <gtest/gtest.h>

#include "probe_assembled.h"

namespace plumb::probe::ends_test {
namespace {

struct Case {
  const char* name;
  std::string function, cold;
  bool has_tables;
  std::vector<uint64_t> ends;  // none: refused
};

const std::vector<Case> cases = {
    {"two", "test %rdi,%rdi; je 1f; ret; 1: ret", "", false, {5, 6}},
    {"a cold part that returns", "test %rdi,%rdi; je cold; ret", "ret", false, {5, 6}},
    {"a cold part that comes back", "test %rdi,%rdi; je cold; 1: ret", "jmp 1b", false, {5}},
    {"one that goes elsewhere", "test %rdi,%rdi; je cold; ret", "jmp elsewhere", false, {}},
    {"a jump into an instruction of it", "je cold + 1; ret", "mov $1,%eax; ret", false, {}},
    {"a tail call", "test %rdi,%rdi; je elsewhere; ret", "", false, {}},
    {"a table", "jmp *(,%rdi,8); ret", "", false, {}},
    {"a table of Go's", "jmp *(,%rdi,8); ret", "", true, {7}},
    {"none", "1: jmp 1b", "", false, {}},
    {"one that runs on", "ret; nop", "", false, {}},
    {"data", "ret; .byte 6", "", false, {}},
};

TEST(Ends, OfAssembledFunctions) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  const std::string elsewhere = "\n.set elsewhere, . + 0x10000";
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const std::string code =
        assembled(each.function + "\ncold: " + each.cold + elsewhere + "\n.globl elsewhere");
    const size_t cold = each.cold.empty() ? 0 : assembled("1: " + each.cold + elsewhere).size();
    ASSERT_GT(code.size(), cold);
    std::vector<Function> all = {{"f", 0, code.size() - cold}};
    if (cold) all.push_back({"f.cold", code.size() - cold, cold});
    const MemoryBytes bytes(code);
    const auto ends = ends_of(all.front(), all, bytes, each.has_tables);
    ASSERT_EQ(static_cast<bool>(ends), !each.ends.empty());
    if (ends) {
      EXPECT_EQ(*ends, each.ends);
    }
  }
}

TEST(Ends, OfWhatIsNotTold) {
  const std::string code = "\xc3\xc3\xc3\xc3";
  const MemoryBytes bytes(code);
  const Function function{"f", 0, 1};
  EXPECT_TRUE(ends_of(function, {function}, bytes, false));
  EXPECT_FALSE(ends_of({"f", 0, 0}, {}, bytes, false));
  EXPECT_FALSE(ends_of({"f", 2, 4}, {}, bytes, false));  // the file is shorter
  EXPECT_FALSE(ends_of(function, {{"f.cold", 1, 1}, {"f.cold", 2, 1}}, bytes, false));
}

}  // namespace
}  // namespace plumb::probe::ends_test
