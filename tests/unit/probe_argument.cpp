#include "probe/argument.h"

#include <gtest/gtest.h>

#include "probe/operand.h"

namespace plumb::probe::argument_test {
namespace {

Argument one(std::string_view text, Machine machine = Machine::x86) {
  const auto all = parse_arguments(text, machine);
  EXPECT_EQ(all.size(), 1u) << text;
  return all.empty() ? Argument() : all[0];
}

std::string type(std::string_view text) { return type_name(one(text)); }

// What an operand was taken for, in one line.
std::string told(const Argument& a) {
  switch (a.place) {
    case Place::unknown:
      return "?";
    case Place::constant:
      return "=" + a.symbol + ":" + std::to_string(a.offset);
    case Place::in_register:
      return "%" + a.base;
    case Place::memory:
      return a.segment + "[" + a.symbol + "|" + a.base + "|" + a.index + "*" +
             std::to_string(a.scale) + "|" + std::to_string(a.offset) + "]";
  }
  return {};
}
std::string x86(std::string_view operand) { return told(one(operand)); }
std::string arm(std::string_view operand) { return told(one(operand, Machine::aarch64)); }

TEST(Argument, HasTheSizeAndSignThatItsTextSays) {
  EXPECT_EQ(type("1@%al"), "u8");
  EXPECT_EQ(type("-1@%al"), "i8");
  EXPECT_EQ(type("2@%ax"), "u16");
  EXPECT_EQ(type("-2@%ax"), "i16");
  EXPECT_EQ(type("4@%eax"), "u32");
  EXPECT_EQ(type("-4@%eax"), "i32");
  EXPECT_EQ(type("8@%rax"), "u64");
  EXPECT_EQ(type("-8@%rax"), "i64");
  EXPECT_EQ(type("4f@%xmm0"), "f32");
  EXPECT_EQ(type("8f@%xmm1"), "f64");
  EXPECT_EQ(type("-8f@%xmm1"), "f64");
  EXPECT_EQ(type("16f@%st(1)"), "f128");
  EXPECT_EQ(type("16@(%rax)"), "u128");
}

TEST(Argument, WithoutASizeIsStillTold) {
  EXPECT_EQ(type("%rax"), "?");
  EXPECT_EQ(x86("%rax"), "%rax");
  EXPECT_EQ(type("x@tpoff(%rax)"), "?");  // that @ is the symbol's
  EXPECT_EQ(x86("x@tpoff(%rax)"), "[x@tpoff|rax|*1|0]");
  EXPECT_EQ(type("0@%rax"), "?");
  EXPECT_EQ(type("-@%rax"), "?");
  EXPECT_EQ(type("f@%rax"), "?");
  EXPECT_EQ(type("4096@%rax"), "?");
  EXPECT_EQ(type("99999999999@%rax"), "?");
  EXPECT_EQ(one("99999999999@%rax").text, "99999999999@%rax");
}

TEST(Argument, KeepsItsText) {
  const auto all = parse_arguments(" 8@%rdi  -4@$-3 8@nonsense!  ", Machine::x86);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].text, "8@%rdi");
  EXPECT_EQ(operand_of(all[1]), "$-3");
  EXPECT_EQ(all[2].place, Place::unknown);
  EXPECT_EQ(all[2].text, "8@nonsense!");
  EXPECT_EQ(type_name(all[2]), "u64");
  EXPECT_TRUE(parse_arguments("", Machine::x86).empty());
  EXPECT_TRUE(parse_arguments("   ", Machine::x86).empty());
}

TEST(Argument, OfAnUnknownMachineIsUnknownButThere) {
  const Argument argument = one("-4@%r4", Machine::other);
  EXPECT_EQ(argument.place, Place::unknown);
  EXPECT_EQ(argument.text, "-4@%r4");
  EXPECT_EQ(type_name(argument), "i32");
}

TEST(X86, EveryRegisterOfEveryWidth) {
  for (const char* name :
       {"rax",  "eax",  "ax",  "al",    "ah",    "rbx",   "ebx",   "bx",   "bl",    "bh",
        "rcx",  "ecx",  "cx",  "cl",    "ch",    "rdx",   "edx",   "dx",   "dl",    "dh",
        "rsi",  "esi",  "si",  "sil",   "rdi",   "edi",   "di",    "dil",  "rbp",   "ebp",
        "bp",   "bpl",  "rsp", "esp",   "sp",    "spl",   "rip",   "r8",   "r8d",   "r8w",
        "r8b",  "r9",   "r10", "r10d",  "r11w",  "r12b",  "r13",   "r14",  "r15",   "r15d",
        "r15w", "r15b", "r16", "r31b",  "xmm0",  "xmm15", "xmm31", "ymm7", "zmm30", "mm0",
        "mm7",  "k1",   "st",  "st(0)", "st(7)", "fs",    "gs"})
    EXPECT_EQ(x86(std::string("8@%") + name), std::string("%") + name);
  for (const char* name : {"", "rax ", "raxx", "r7", "r7d", "r32", "r08", "r8x", "xmm32", "xmm",
                           "mm8", "k8", "st(8)", "st(0", "x0", "eflags", "RAX"})
    EXPECT_FALSE(is_x86_register(name)) << name;
}

TEST(X86, Constants) {
  EXPECT_EQ(x86("4@$0"), "=:0");
  EXPECT_EQ(x86("-4@$-1"), "=:-1");
  EXPECT_EQ(x86("8@$0x10"), "=:16");
  EXPECT_EQ(x86("8@$-0x10"), "=:-16");
  EXPECT_EQ(x86("-8@$-9223372036854775808"), "=:-9223372036854775808");
  EXPECT_EQ(x86("8@$18446744073709551615"), "=:-1");
  EXPECT_EQ(x86("8@$.LC0"), "=.LC0:0");
  EXPECT_EQ(x86("8@$table+16"), "=table:16");
  for (const char* wrong : {"8@$", "8@$-", "8@$1x", "8@$18446744073709551616", "8@$a+b", "8@$-a",
                            "8@$+", "8@$1+", "8@$0x", "8@$--1"})
    EXPECT_EQ(x86(wrong), "?") << wrong;
}

TEST(X86, Memory) {
  EXPECT_EQ(x86("8@(%rsp)"), "[|rsp|*1|0]");
  EXPECT_EQ(x86("8@-232(%rbp)"), "[|rbp|*1|-232]");
  EXPECT_EQ(x86("8@0x20(%rbp)"), "[|rbp|*1|32]");
  EXPECT_EQ(x86("-4@-4(%rbp,%rax,4)"), "[|rbp|rax*4|-4]");
  EXPECT_EQ(x86("8@(%rdx,%rax)"), "[|rdx|rax*1|0]");
  EXPECT_EQ(x86("8@(%rdx, %rax, 8)"), "[|rdx|rax*8|0]");
  EXPECT_EQ(x86("8@16(,%rax,8)"), "[||rax*8|16]");
  EXPECT_EQ(x86("8@counter(%rip)"), "[counter|rip|*1|0]");
  EXPECT_EQ(x86("8@8+counter(%rip)"), "[counter|rip|*1|8]");
  EXPECT_EQ(x86("8@counter-8(%rip)"), "[counter|rip|*1|-8]");
  EXPECT_EQ(x86("8@-8+counter+2(%rip)"), "[counter|rip|*1|-6]");
  EXPECT_EQ(x86("4@table(,%rdi,4)"), "[table||rdi*4|0]");
  EXPECT_EQ(x86("4@_ZN1a1bE"), "[_ZN1a1bE||*1|0]");
  EXPECT_EQ(x86("4@305419896"), "[||*1|305419896]");
  EXPECT_EQ(x86("8@%fs:-8"), "fs[||*1|-8]");
  EXPECT_EQ(x86("8@%fs:0x10(%rax)"), "fs[|rax|*1|16]");
  EXPECT_EQ(x86("8@%gs:(%rax,%rbx,2)"), "gs[|rax|rbx*2|0]");
  EXPECT_EQ(x86("4@%fs:x@tpoff"), "fs[x@tpoff||*1|0]");
}

TEST(X86, WhatIsNoOperand) {
  for (const char* wrong : {"8@",
                            "8@%",
                            "8@%nosuch",
                            "8@()",
                            "8@(rax)",
                            "8@(%rax",
                            "8@%rax)",
                            "8@8(%rax",
                            "8@(%rax,%rbx,3)",
                            "8@(%rax,,4)",
                            "8@(%rax,%rbx,4,1)",
                            "8@(%rax)8",
                            "8@8(%nosuch)",
                            "8@%fs:",
                            "8@*%rax",
                            "8@{x}",
                            "8@a-b(%rip)",
                            "8@1-(%rip)",
                            "8@99999999999999999999(%rax)",
                            "8@(,)"}) {
    const auto all = parse_arguments(wrong, Machine::x86);
    ASSERT_EQ(all.size(), 1u) << wrong;
    EXPECT_EQ(told(all[0]), "?") << wrong;
    EXPECT_EQ(all[0].text, wrong);
    EXPECT_TRUE(all[0].base.empty() && all[0].symbol.empty() && all[0].offset == 0) << wrong;
  }
}

TEST(X86, BracketsThatNobodyClosesDoNotHideTheNext) {
  const auto all = parse_arguments("8@(%rax 4@%ebx", Machine::x86);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(told(all[0]), "?");
  EXPECT_EQ(told(all[1]), "%ebx");
}

TEST(X86, OfMoreThanAnybodyHasTheRestIsTheLast) {
  std::string text;
  for (int i = 0; i < 1'000'000; i++) text += "( ";
  const auto all = parse_arguments(text, Machine::x86);
  ASSERT_EQ(all.size(), 64u);
  EXPECT_EQ(all[63].text, text.substr(63 * 2));
  EXPECT_EQ(all[63].place, Place::unknown);
}

TEST(Aarch64, Operands) {
  EXPECT_EQ(arm("8@x0"), "%x0");
  EXPECT_EQ(arm("-4@w30"), "%w30");
  EXPECT_EQ(arm("8@sp"), "%sp");
  EXPECT_EQ(arm("8f@d7"), "%d7");
  EXPECT_EQ(arm("-4@-12"), "=:-12");
  EXPECT_EQ(arm("4@#5"), "=:5");
  EXPECT_EQ(arm("8@[x29]"), "[|x29|*1|0]");
  EXPECT_EQ(arm("8@[sp, 16]"), "[|sp|*1|16]");
  EXPECT_EQ(arm("-4@[x29, -20]"), "[|x29|*1|-20]");
  EXPECT_EQ(arm("8@[sp,#16]"), "[|sp|*1|16]");
  EXPECT_EQ(arm("8@[x0, x1]"), "[|x0|x1*1|0]");
  for (const char* wrong :
       {"8@[x0, x1, lsl 3]", "8@x31", "8@[]", "8@[x0", "8@[x0,]", "8@", "8@[1]"})
    EXPECT_EQ(told(parse_arguments(wrong, Machine::aarch64)[0]), "?") << wrong;
  EXPECT_EQ(parse_arguments("8@[sp, 16] 4@w1 8@[x0, x1, lsl 3]", Machine::aarch64).size(), 3u);
}

TEST(Number, OfSixtyFourBits) {
  int64_t number = 7;
  EXPECT_TRUE(parse_number("-9223372036854775808", number));
  EXPECT_EQ(number, INT64_MIN);
  EXPECT_FALSE(parse_number("-9223372036854775809", number));
  EXPECT_TRUE(parse_number("0xffffffffffffffff", number));
  EXPECT_EQ(number, -1);
  for (const char* wrong : {"", "-", "0x", "+1", "1a", " 1", "0x-1", "18446744073709551616"})
    EXPECT_FALSE(parse_number(wrong, number)) << wrong;
}

}  // namespace
}  // namespace plumb::probe::argument_test
