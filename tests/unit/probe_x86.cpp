// Single instructions as the assembler makes them: what they change, where they lead, and what a
// uprobe on them would be.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "probe/x86_code.h"
#include "probe_assembled.h"
#include "probe_x86_effects.h"

namespace plumb::probe::x86_test {
namespace {

using Flow = Instruction::Flow;

// "rax rdx", as the bits of Instruction::written; "all".
uint32_t bits_of(const std::string& names) {
  static const std::vector<std::string> registers = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
                                                     "rsi", "rdi", "r8",  "r9",  "r10", "r11",
                                                     "r12", "r13", "r14", "r15"};
  if (names == "all") return ~0u;
  std::istringstream words(names);
  uint32_t bits = 0;
  for (std::string name; words >> name;) {
    const auto found = std::ranges::find(registers, name);
    EXPECT_NE(found, registers.end()) << name;
    bits |= 1u << (found - registers.begin());
  }
  return bits;
}

TEST(X86Code, KnowsWhatInstructionsChange) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  std::string source;
  for (const Effect& each : effects) source += std::string(each.assembly) + "\n";
  const std::string code = assembled(source + ".data\nx: .quad 0\n");
  ASSERT_FALSE(code.empty());
  uint64_t at = 0;
  for (const Effect& each : effects) {
    SCOPED_TRACE(each.assembly);
    const auto found = decode(code, at);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->written, bits_of(each.written));
    EXPECT_EQ(found->writes_memory, each.writes_memory);
    EXPECT_TRUE(found->stack_known || found->written == ~0u);
    EXPECT_EQ(found->moves_stack, 0);
    at += found->length;
  }
  EXPECT_EQ(at, code.size());
}

struct Stack {
  const char* assembly;
  int64_t moves;
  bool known = true;
};

const std::vector<Stack> stacks = {
    {"push %rbp", -8},
    {"push %r15", -8},
    {"push $1", -8},
    {"push $0x12345", -8},
    {"push 8(%rdi)", -8},
    {"pushf", -8},
    {"pop %rbp", 8},
    {"pop %r12", 8},
    {"pop (%rdi)", 8},
    {"sub $8,%rsp", -8},
    {"sub $0x1008,%rsp", -4104},
    {"add $24,%rsp", 24},
    {"lea -128(%rsp),%rsp", -128},
    {"lea 0x200(%rsp),%rsp", 512},
    {"push %ax", 0, false},
    {"pop %rsp", 0, false},
    {"mov %rbp,%rsp", 0, false},
    {"and $-32,%rsp", 0, false},
    {"sub %rax,%rsp", 0, false},
    {"sub $8,%esp", 0, false},
    {"lea -8(%rsp,%rax),%rsp", 0, false},
    {"lea -8(%rbp),%rsp", 0, false},
    {"leave", 0, false},
    {"enter $8,$0", 0, false},
};

TEST(X86Code, KnowsHowTheStackMoves) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  std::string source;
  for (const Stack& each : stacks) source += std::string(each.assembly) + "\n";
  const std::string code = assembled(source);
  ASSERT_FALSE(code.empty());
  uint64_t at = 0;
  for (const Stack& each : stacks) {
    SCOPED_TRACE(each.assembly);
    const auto found = decode(code, at);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stack_known, each.known);
    EXPECT_TRUE(!each.known || found->moves_stack == each.moves);
    EXPECT_NE(found->written & 1 << 4, 0u);
    at += found->length;
  }
  EXPECT_EQ(at, code.size());
}

struct Way {
  std::string bytes;
  uint32_t length;
  Flow flow;
  std::optional<uint64_t> target = {};
  bool emulated = false;
  bool refused = false;
};

std::string b(std::initializer_list<int> bytes) {
  std::string text;
  for (const int each : bytes) text += static_cast<char>(each);
  return text;
}

// What uprobes.c does is read from it: no tool tells it.
const std::vector<Way> ways = {
    {b({0x74, 0x10}), 2, Flow::conditional, 0x12, true},                       // je
    {b({0x75, 0xfe}), 2, Flow::conditional, 0, true},                          // jne to itself
    {b({0x0f, 0x84, 0, 1, 0, 0}), 6, Flow::conditional, 0x106, true},          // je
    {b({0xeb, 0x80}), 2, Flow::branch, static_cast<uint64_t>(-0x7e), true},    // jmp
    {b({0xe9, 0, 0, 0, 0}), 5, Flow::branch, 5, true},                         // jmp
    {b({0xe8, 1, 0, 0, 0}), 5, Flow::call, 6, true},                           // call
    {b({0xf2, 0xe9, 0, 0, 0, 0}), 6, Flow::branch, 6, true},                   // bnd jmp
    {b({0x66, 0x66, 0x48, 0xe8, 0, 0, 0, 0}), 8, Flow::call, 8, false, true},  // data16 call
    {b({0x66, 0x74, 0x10}), 3, Flow::conditional, 0x13, false, true},
    {b({0x2e, 0x74, 0x10}), 3, Flow::conditional, 0x13, false, true},  // with a hint
    {b({0xe3, 0x10}), 2, Flow::conditional, 0x12},                     // jrcxz
    {b({0xff, 0xe0}), 2, Flow::branch},                                // jmp *%rax
    {b({0x3e, 0xff, 0xe0}), 3, Flow::branch, {}, false, true},         // notrack
    {b({0xff, 0x25, 0, 0, 0, 0}), 6, Flow::branch},                    // jmp *x(%rip)
    {b({0xff, 0xd0}), 2, Flow::call},                                  // call *%rax
    {b({0xc3}), 1, Flow::ret},
    {b({0xf3, 0xc3}), 2, Flow::ret},
    {b({0xc2, 8, 0}), 3, Flow::ret},
    {b({0x0f, 0x0b}), 2, Flow::stop},                         // ud2
    {b({0xf4}), 1, Flow::stop, {}, false, true},              // hlt
    {b({0xcc}), 1, Flow::stop, {}, false, true},              // int3
    {b({0x90}), 1, Flow::next, {}, true},                     // nop
    {b({0x66, 0x90}), 2, Flow::next, {}, true},               // xchg %ax,%ax
    {b({0xf3, 0x90}), 2, Flow::next},                         // pause
    {b({0x41, 0x90}), 2, Flow::next, {}, false, true},        // xchg %eax,%r8d
    {b({0x0f, 0x1f, 0x44, 0, 0}), 5, Flow::next},             // nopl: since 6.18 only
    {b({0x55}), 1, Flow::next, {}, true},                     // push %rbp
    {b({0x41, 0x57}), 2, Flow::next, {}, true},               // push %r15
    {b({0x48, 0x55}), 2, Flow::next},                         // push %rbp with a REX of no use
    {b({0x66, 0x50}), 2, Flow::next},                         // push %ax
    {b({0xf3, 0x0f, 0x1e, 0xfa}), 4, Flow::next},             // endbr64
    {b({0x48, 0x85, 0xff}), 3, Flow::next},                   // test %rdi,%rdi
    {b({0xf0, 0xff, 0x0f}), 3, Flow::next, {}, false, true},  // lock decl (%rdi)
    {b({0x8e, 0xd0}), 2, Flow::next, {}, false, true},        // mov %eax,%ss
    {b({0xcd, 0x80}), 2, Flow::next, {}, false, true},        // int $0x80
    {b({0xe4, 0x10}), 2, Flow::next, {}, false, true},        // in
    {b({0xc5, 0xf8, 0x77}), 3, Flow::next, {}, false, true},  // vzeroupper: ja to the kernel
    {b({0xc5, 0xf9, 0x74, 0xc1}), 4, Flow::next, {}, false, true},  // vpcmpeqb: je
    {b({0xc5, 0xfe, 0x6f, 0x07}), 4, Flow::next, {}, false, true},  // vmovdqu: outs
    {b({0xc5, 0xf8, 0x10, 0x07}), 4, Flow::next},                   // vmovups
};

TEST(X86Code, KnowsWhereInstructionsLeadAndWhatAUprobeIsThere) {
  for (const Way& each : ways) {
    const auto found = decode(each.bytes + "\xcc\xcc", 0);
    ASSERT_TRUE(found) << testing::PrintToString(each.bytes);
    SCOPED_TRACE(testing::PrintToString(each.bytes));
    EXPECT_EQ(found->length, each.length);
    EXPECT_EQ(found->flow, each.flow);
    EXPECT_EQ(found->target, each.target);
    EXPECT_EQ(found->emulated, each.emulated);
    EXPECT_EQ(found->refused, each.refused);
    for (size_t cut = 0; cut < each.length; cut++)
      EXPECT_FALSE(decode(std::string_view(each.bytes).substr(0, cut), 0)) << cut;
    const auto later = decode("\x90\x90" + each.bytes, 2);
    ASSERT_TRUE(later);
    EXPECT_EQ(later->target, each.target ? std::optional(*each.target + 2) : std::nullopt);
  }
}

TEST(X86Code, RefusesWhatIsNoInstruction) {
  const std::vector<std::string> none = {
      b({0x06}),
      b({0x62, 0, 0, 0, 0, 0, 0}),
      b({0x82, 0xc0, 1}),
      b({0xd6}),
      b({0xea, 0, 0, 0, 0}),
      b({0x0f, 0x04}),
      b({0x0f, 0x24, 0xc0}),
      b({0xff, 0xff}),
      b({0xfe, 0xd0}),
      b({0x8d, 0xc0}),
      b({0xc7, 0xc8, 0, 0, 0, 0}),
      b({0x48, 0xc5, 0xf8, 0x77}),  // REX before VEX
      b({0x66, 0xe9, 0, 0, 0, 0}),  // as long as the maker has it
      std::string(15, '\x66') + "\x90"};
  for (const std::string& bytes : none)
    EXPECT_FALSE(decode(bytes, 0)) << testing::PrintToString(bytes);
  EXPECT_TRUE(decode(std::string(14, '\x66') + "\x90", 0));
  EXPECT_FALSE(decode("\x90", 1));
  EXPECT_FALSE(decode("\x90", ~0ull));
  EXPECT_FALSE(decode("", 0));
}

}  // namespace
}  // namespace plumb::probe::x86_test
