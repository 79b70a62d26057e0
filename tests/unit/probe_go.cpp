// Go's functions: how they begin, and where their arguments are. Truth: what Go 1.19's compiler
// wrote.
#include "probe/go_code.h"

#include <gtest/gtest.h>

#include "probe/function_sites.h"
#include "probe/spec.h"
#include "probe_assembled.h"
#include "probe_builder.h"

namespace plumb::probe::go_test {
namespace {

struct Case {
  const char* name;
  std::string assembly;
  uint64_t offset;
};

const std::string again = "1: mov %rax,8(%rsp); call more; mov 8(%rsp),%rax; jmp 0b";

const std::vector<Case> cases = {
    {"a small frame", "0: cmp 16(%r14),%rsp; jbe 1f; sub $32,%rsp; add $32,%rsp; ret; " + again, 6},
    {"a larger one",
     "0: lea -200(%rsp),%r12; cmp 16(%r14),%r12; jbe 1f; sub $328,%rsp; ret; " + again, 14},
    {"a huge one",
     "0: mov %rsp,%r12; sub $70000,%r12; jb 1f; cmp 16(%r14),%r12; jbe 1f; sub $70000,%rsp; ret; " +
         again,
     18},
    {"no frame", "0: test %rax,%rax; je 2f; ret; 2: ret", 3},
    {"a loop back to the body",
     "0: cmp 16(%r14),%rsp; jbe 1f; 2: sub $32,%rsp; jne 2b; ret; " + again, 4},
    {"what does not begin again",
     "0: cmp 16(%r14),%rsp; jbe 1f; sub $32,%rsp; ret; 1: call more; ret", 4},
};

TEST(Go, ProbesStandBehindTheLookAtTheStack) {
  if (!has_tools("as objcopy")) GTEST_SKIP() << "no as, objcopy";
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const std::string code = assembled(each.assembly + "\n.set more, . + 0x10000");
    ASSERT_FALSE(code.empty());
    const Placement place = place_go_entry(code, true);
    EXPECT_EQ(place.offset, each.offset) << place.reason;
    EXPECT_EQ(place.stack_moved, 0);
    EXPECT_EQ(place_go_entry(code, false).offset, 0u);
  }
  EXPECT_EQ(place_go_entry("", true).offset, 0u);
}

TEST(Go, PassesArgumentsInItsNineRegisters) {
  const auto spec = parse_spec(
      "uprobe:/app:main.(*T).f(ptr t, str name, u8 a, str b, s64 c, s64 d, s64 e) -> str");
  ASSERT_TRUE(spec) << spec.error().what;
  EXPECT_EQ(spec->function, "main.(*T).f");
  EXPECT_FALSE(spec->is_pattern());
  const auto values = go_arguments(spec->parameters);
  ASSERT_TRUE(values);
  std::string all;
  for (const Argument& each : *values) all += each.text + " ";
  EXPECT_EQ(all, "%rax %rbx:%rcx %rdi %rsi:%r8 %r9 %r10 %r11 ");
  const auto more = parse_spec("uprobe:/app:main.f(str a, str b, str c, str d, str e)");
  ASSERT_TRUE(more);
  EXPECT_FALSE(go_arguments(more->parameters));
}

TEST(Go, NamesThatAreGos) {
  EXPECT_TRUE(is_go_function("main.main"));
  EXPECT_TRUE(is_go_function("net/http.(*conn).serve.func1"));
  EXPECT_FALSE(is_go_function("runtime.asmcgocall.abi0"));
  EXPECT_FALSE(is_go_function("main"));
  EXPECT_FALSE(parse_spec("uprobe:/app:main.(*T.f(u32 x"));
  EXPECT_TRUE(parse_spec("uprobe:/app:main.(*T).*")->is_pattern());
}

struct File {
  const char* section;
  std::string bytes;
  bool is_go, in_registers;
};

TEST(Go, KnowsItsFilesAndThoseOfGo118) {
  const std::string magic = "\xff Go buildinf:";
  for (const File& each : std::vector<File>{
           {".gopclntab", std::string("\xf0\xff\xff\xff\0\0\1\10", 8), true, true},
           {".data.rel.ro.gopclntab", std::string("\xf1\xff\xff\xff\0\0\1\10", 8), true, true},
           {".gopclntab", std::string("\xfa\xff\xff\xff\0\0\1\10", 8), true, false},
           {".gopclntab", "", true, false},
           {".go.buildinfo", magic + std::string("\10\2", 2), true, true},
           {".go.buildinfo", magic + std::string("\10\0", 2), true, false},
           {".go.buildinfo", magic, true, false},
           {".text", std::string("\xf0\xff\xff\xff", 4), false, false}}) {
    Builder<Elf64> builder;
    builder.section(each.section, SHT_PROGBITS, each.bytes);
    const std::string content = builder.bytes();
    const MemoryBytes bytes(content);
    const auto elf = Elf::of(bytes);
    ASSERT_TRUE(elf);
    EXPECT_EQ(is_go(*elf), each.is_go) << each.section;
    EXPECT_EQ(passes_in_registers(*elf, bytes), each.in_registers) << each.section;
  }
}

std::string words(std::initializer_list<uint64_t> all) {
  std::string bytes;
  for (const uint64_t each : all) bytes += raw(each);
  return bytes;
}

// Two functions, as src/runtime/symtab.go has them: main.f from 0 to 16, main.g from there to 24.
std::string table(uint64_t count, uint32_t second_name) {
  const std::string head =
      std::string("\xf1\xff\xff\xff\0\0\1\10", 8) + words({count, 0, 0x1000, 72, 0, 0, 0, 72 + 16});
  const std::string names = std::string("main.f\0\0main.g\0\0", 16);
  std::string entries;
  for (const uint32_t each : {0u, 20u, 16u, 28u, 24u}) entries += raw(each);
  for (const uint32_t each : {0u, 0u, 16u, second_name}) entries += raw(each);
  return head + names + entries;
}

Result<std::vector<Function>> functions_in(const std::string& table) {
  Builder<Elf64> builder;
  builder.section(".gopclntab", SHT_PROGBITS, table);
  builder.load(0x1000, 64, 64);
  const std::string content = builder.bytes();
  return functions_of(MemoryBytes(content));
}

TEST(Go, NamesItsFunctionsInAStrippedFile) {
  const auto all = functions_in(table(2, 8));
  ASSERT_TRUE(all) << all.error().what;
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->at(0).name, "main.f");
  EXPECT_EQ(all->at(0).size, 16u);
  EXPECT_EQ(all->at(1).name, "main.g");
  EXPECT_EQ(all->at(1).offset, 64u + 16);
  EXPECT_EQ(all->at(1).size, 8u);
  for (const std::string& broken :
       {table(uint64_t{1} << 40, 8), table(2, 99), table(9, 8), table(2, 8).substr(0, 120)}) {
    const auto none = functions_in(broken);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().what.find("table of Go's functions"), std::string::npos);
  }
  EXPECT_TRUE(functions_in("")->empty());
}

}  // namespace
}  // namespace plumb::probe::go_test
