// What is below the stack pointer, and where functions begin that have no name.
#include <gtest/gtest.h>
#include <stdio.h>

#include <map>
#include <memory>

#include "probe/elf.h"
#include "probe/open_file.h"
#include "probe/place_check.h"
#include "probe/unwind_ranges.h"
#include "probe/x86_code.h"
#include "probe_assembled.h"
#include "probe_builder.h"

namespace plumb::probe::stack_test {
namespace {

const std::string nop = ".byte 0x0f,0x1f,0x44,0,0;";

struct Case {
  std::string before, behind;
  bool is_safe;
};

const std::vector<Case> cases = {
    {"", "mov %rdi,-8(%rsp); mov -8(%rsp),%rax; ret", true},  // as it is entered
    {"endbr64; test %rdi,%rdi;", "mov %rdi,-8(%rsp); ret", true},
    {"mov %rdi,-8(%rsp);", "mov -8(%rsp),%rax; ret", false},
    {"mov %rdi,-8(%rsp);", "call elsewhere; mov -8(%rsp),%rax; ret", false},  // no compiler's
    {"sub $16,%rsp; mov %rdi,8(%rsp);", "mov 8(%rsp),%rax; add $16,%rsp; ret", true},
    {"push %rbp; mov %rsp,%rbp; mov %rdi,-8(%rbp);", "mov -8(%rbp),%rax; pop %rbp; ret", false},
    {"push %rbp; mov %rsp,%rbp; sub $16,%rsp; mov %rdi,-8(%rbp);",
     "call elsewhere; mov -8(%rbp),%rax; leave; ret", true},
    {"lea -16(%rsp),%rax; mov %rdi,(%rax);", "mov (%rax),%rax; ret", false},
    {"mov %rsp,%rax; mov %rdi,-8(%rax);", "mov -8(%rax),%rax; ret", false},
    {"lea 8(%rsp),%rax; mov %rdi,-16(%rax);", "mov -16(%rax),%rax; ret", false},
    {"mov %rdi,(%rsp,%rsi,8);", "ret", false},
    {"movups %xmm0,-16(%rsp);", "movups -16(%rsp),%xmm0; ret", false},
    {"vmovups %ymm0,-32(%rsp);", "ret", false},
    {"mov %rdi,(%rsi);", "mov (%rsi),%rax; ret", true},
    {"push %rbx; mov %rdi,(%rsi);", "pop %rbx; ret", true},
    {"1:", "mov %rdi,-8(%rsp); jne 1b; ret", false},
    {"mov %rdi,(%rsi);", "ret; .byte 6", false},  // not all is understood
};

TEST(BelowStack, OfAssembledFunctions) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  for (const Case& each : cases) {
    SCOPED_TRACE(each.before + each.behind);
    const std::string end = "\n.set elsewhere, . + 0x10000";
    const std::string before = assembled(each.before),
                      code = assembled(each.before + nop + each.behind + end);
    ASSERT_FALSE(code.empty());
    EXPECT_EQ(keeps_nothing_below_stack(code, before.size()), each.is_safe);
  }
  EXPECT_FALSE(keeps_nothing_below_stack("", 0));
}

TEST(BelowStack, NoOpsThatMayBecomeCalls) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  for (const auto& [assembly, may_be] :
       std::map<std::string, bool>{{nop, true},
                                   {".byte 0x66,0x0f,0x1f,0x40,0", true},
                                   {".byte 0x66,0x66,0x66,0x66,0x90", true},
                                   {".byte 0x48,0x8d,0x64,0x24,0", true},  // lea 0(%rsp),%rsp
                                   {"nop", false},
                                   {".byte 0x0f,0x1f,0x40,0", false},
                                   {".byte 0x66,0x0f,0x1f,0x44,0,0", false},
                                   {"lea 8(%rsp),%rdi", false},
                                   {"mov $1,%eax", false},
                                   {"call 1f; 1:", false}}) {
    const auto each = decode(assembled(assembly), 0);
    ASSERT_TRUE(each) << assembly;
    EXPECT_EQ(each->may_be_called, may_be) << assembly;
  }
}

TEST(PlaceCheck, RefusesWhatIsNoCodeAndAsksForTheKernelWhereItMatters) {
  std::string code = "\x48\x89\x7c\x24\xf8\x0f\x1f\x44\x00";
  code += std::string("\x00\x48\x8b\x44\x24\xf8\xc3", 7);
  Builder<Elf64> builder;
  builder.section(".text", SHT_PROGBITS, code, 0x1000);
  const uint64_t begin = builder.sections.back().sh_offset;
  builder.load(0x1000, begin, code.size());
  builder.segments.back().p_flags = PF_R | PF_X;
  const std::string content = builder.bytes();
  const MemoryBytes bytes(content);
  const auto elf = Elf::of(bytes);
  ASSERT_TRUE(elf);
  int asked = 0;
  for (const bool safe : {true, false}) {
    const std::function<bool()> nops_are_safe = [&] { return asked++, safe; };
    const PlaceCheck places(*elf, bytes, nops_are_safe);
    EXPECT_TRUE(places.check(begin));
    EXPECT_EQ(asked, safe ? 0 : 1);
    EXPECT_EQ(static_cast<bool>(places.check(begin + 5)), safe);
    EXPECT_FALSE(places.check(0));
    EXPECT_FALSE(places.check(begin + code.size()));
  }
  EXPECT_EQ(asked, 2);
}

// Truth: nm, of a file of which a stripped copy is looked at.
TEST(UnwindRanges, OfAStrippedProgram) {
  if (!has_tools("gcc nm strip")) GTEST_SKIP() << "no gcc, nm, strip";
  const Workplace place;
  std::ofstream(place.path() + "/a.c")
      << "__attribute__((noinline)) int one(int x) { return x * 3; }\n"
         "__attribute__((noinline)) int two(int x) { return one(x) + one(x + 1); }\n"
         "int main(int n, char** v) { return two(n) + one(n); }\n";
  ASSERT_TRUE(place.run("gcc -O2 -fno-ipa-icf a.c -o a && strip -o b a"));
  auto open = open_file(place.path() + "/b");
  ASSERT_TRUE(open);
  const FileBytes bytes(std::move(open->file), open->size);
  const auto elf = Elf::of(bytes);
  ASSERT_TRUE(elf);
  const std::string command = "nm -S '" + place.path() + "/a' | grep -E ' (one|two|main)$'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  unsigned long address = 0, size = 0;
  int seen = 0;
  for (; fscanf(pipe.get(), "%lx %lx %*s %*s", &address, &size) == 2; seen++) {
    const uint64_t begin = *elf->offset_of(address);
    for (const uint64_t within : {uint64_t{0}, uint64_t{1}, size - 1}) {
      const auto range = unwound_at(*elf, bytes, begin + within);
      ASSERT_TRUE(range);
      EXPECT_EQ(range->offset, begin);
      EXPECT_EQ(range->size, size);
    }
  }
  EXPECT_EQ(seen, 3);
  EXPECT_FALSE(unwound_at(*elf, bytes, 0));
  EXPECT_FALSE(unwound_at(*elf, bytes, bytes.size()));
}

}  // namespace
}  // namespace plumb::probe::stack_test
