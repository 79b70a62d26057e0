// Symbol tables made by hand: sound, odd and hostile ones.
#include "probe/functions.h"

#include <gtest/gtest.h>

#include "probe_builder.h"

namespace plumb::probe::functions_test {
namespace {

template <class Layout>
struct SymbolOf;
template <>
struct SymbolOf<Elf64> {
  using Type = Elf64_Sym;
};
template <>
struct SymbolOf<Elf32> {
  using Type = Elf32_Sym;
};

template <class Layout = Elf64>
struct Symbols {
  using Symbol = typename SymbolOf<Layout>::Type;
  std::string table = raw(Symbol{});
  std::string names = std::string(1, '\0');

  Symbols& add(const std::string& name, uint64_t value, uint64_t size = 4,
               unsigned char type = STT_FUNC, uint16_t section = 1) {
    Symbol symbol{};
    symbol.st_name = static_cast<uint32_t>(names.size());
    symbol.st_value = static_cast<typename Layout::Address>(value);
    symbol.st_size = static_cast<typename Layout::Address>(size);
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, type);
    symbol.st_shndx = section;
    names += name + '\0';
    table += raw(symbol);
    return *this;
  }

  // The names come behind their table.
  auto& into(Builder<Layout>& elf, uint32_t type = SHT_SYMTAB) const {
    auto& section = elf.section(type == SHT_SYMTAB ? ".symtab" : ".dynsym", type, table);
    section.sh_entsize = sizeof(Symbol);
    section.sh_link = static_cast<uint32_t>(elf.sections.size());
    elf.section(".strtab", SHT_STRTAB, names);
    return elf.sections[elf.sections.size() - 2];
  }
};

// Code at 0x1000 and data at 0x3000, which lie in the file at 0x40 and 0x80.
template <class Layout = Elf64>
Builder<Layout> loaded(uint16_t machine = EM_X86_64) {
  Builder<Layout> elf(machine);
  elf.section(".text", SHT_PROGBITS, std::string(0x200, '\x90'), 0x1000);
  elf.load(0x1000, 0x40, 0x40);
  elf.load(0x3000, 0x80, 0x40);
  return elf;
}

// "NAME@OFFSET+SIZE", then ! where it is chosen at load; or the error.
std::string told(const std::string& bytes) {
  const auto found = functions_of(MemoryBytes(bytes));
  if (!found) return found.error().what;
  std::string line;
  for (const Function& each : *found)
    line += (line.empty() ? "" : " ") + each.name + "@" + std::to_string(each.offset) + "+" +
            std::to_string(each.size) + (each.chosen_at_load ? "!" : "");
  return line;
}

TEST(Functions, OfBothTablesByOffset) {
  auto elf = loaded();
  Symbols().add("late", 0x1020, 8).add("here", 0x1004).add("alias", 0x1004).into(elf);
  Symbols().add("here", 0x1004).add("exported", 0x1010, 0).into(elf, SHT_DYNSYM);
  EXPECT_EQ(told(elf.bytes()), "alias@68+4 here@68+4 exported@80+0 late@96+8");
}

TEST(Functions, OfThirtyTwoBits) {
  auto elf = loaded<Elf32>(EM_386);
  Symbols<Elf32>().add("f", 0x1004, 3).add("picks", 0x1008, 4, STT_GNU_IFUNC).into(elf);
  EXPECT_EQ(told(elf.bytes()), "f@68+3 picks@72+4!");
}

TEST(Functions, WhatIsNoneIsLeftOut) {
  auto elf = loaded();
  Symbols()
      .add("data", 0x3000, 4, STT_OBJECT)
      .add("label", 0x1000, 0, STT_NOTYPE)
      .add("imported", 0, 0, STT_FUNC, SHN_UNDEF)
      .add("number", 0x1000, 4, STT_FUNC, SHN_ABS)
      .add("", 0x1000)
      .add("before", 0xfff)
      .add("behind", 0x1040)
      .add("far", 0xffffffffffffffff)
      .add("f", 0x103f)
      .into(elf);
  EXPECT_EQ(told(elf.bytes()), "f@127+4");
}

TEST(Functions, VersionsAreCutOffAndTheSameIsToldOnce) {
  auto elf = loaded();
  Symbols()
      .add("memcpy@@GLIBC_2.14", 0x1004)
      .add("memcpy@GLIBC_2.2.5", 0x1008)
      .add("memcpy", 0x1004, 9)
      .add("@", 0x1000)
      .into(elf);
  EXPECT_EQ(told(elf.bytes()), "@@64+4 memcpy@68+9 memcpy@72+4");
}

TEST(Functions, FilesWithoutThemHaveNone) {
  EXPECT_EQ(told(loaded().bytes()), "");
  EXPECT_EQ(told(raw(Builder<Elf64>().header)), "");
  auto debugging = loaded();  // its tables are in another file
  Symbols().add("f", 0x1004).into(debugging).sh_type = SHT_NOBITS;
  EXPECT_EQ(told(debugging.bytes()), "");
  EXPECT_EQ(told("#!/bin/sh\n"), "not an ELF file");
}

TEST(Functions, NamesThatReachBeyondTheirSectionEndThere) {
  auto elf = loaded();
  Symbols symbols;
  symbols.add("f", 0x1004);
  symbols.add("g", 0x1008);
  Elf64_Sym beyond{};
  beyond.st_name = 0xffffffff;
  beyond.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
  beyond.st_shndx = 1;
  beyond.st_value = 0x1000;
  symbols.table += raw(beyond);
  symbols.names = symbols.names.substr(0, symbols.names.size() - 1);  // without the last NUL
  symbols.into(elf);
  EXPECT_EQ(told(elf.bytes()), "f@68+4 g@72+4");
}

TEST(Functions, ALongNameIsCut) {
  auto elf = loaded();
  Symbols().add(std::string(5000, 'a'), 0x1004).into(elf);
  EXPECT_EQ(told(elf.bytes()), std::string(4096, 'a') + "@68+4");
}

TEST(Functions, HalfASymbolAtTheEndIsNone) {
  auto elf = loaded();
  Symbols symbols;
  symbols.add("f", 0x1004).table += std::string(20, '\xff');
  symbols.into(elf);
  EXPECT_EQ(told(elf.bytes()), "f@68+4");
}

TEST(Functions, BrokenTablesAreErrors) {
  for (const uint64_t size : {0x10000u, 0xffffffffu}) {
    auto elf = loaded();
    Symbols().add("f", 0x1004).into(elf).sh_size = size - size % 24;
    EXPECT_TRUE(told(elf.bytes()).ends_with("reaches beyond its end") ||
                told(elf.bytes()) == "symbols: more than 4000000 symbols")
        << told(elf.bytes());
  }
  auto elf = loaded();
  Symbols().add("f", 0x1004).into(elf).sh_entsize = 16;
  EXPECT_EQ(told(elf.bytes()), "symbols: odd size of each: 16 bytes");
  auto nameless = loaded();
  Symbols().add("f", 0x1004).into(nameless).sh_link = 77;
  EXPECT_EQ(told(nameless.bytes()), "symbols: their names are in no section");
}

// 4 million symbols may share one name of 4096 bytes: 16 GB, of a file of 100 MB.
TEST(Functions, NamesThatAreUsedAgainAndAgainAreAnError) {
  auto elf = loaded();
  Symbols symbols;
  symbols.add(std::string(4096, 'a'), 0x1004);
  const std::string one = symbols.table.substr(sizeof(Elf64_Sym));
  for (int i = 0; i < 70'000; i++) symbols.table += one;
  symbols.into(elf);
  EXPECT_EQ(told(elf.bytes()), "symbols: more than 268435456 bytes of names");
}

std::string at(const std::vector<Function>& all, uint64_t offset) {
  const Function* found = function_at(all, offset);
  return found == nullptr ? "" : found->name;
}

TEST(Functions, TheOneThatHasAnOffset) {
  const std::vector<Function> all = {{"outer", 100, 50},   {"a_alias", 110, 10},
                                     {"b_alias", 110, 10}, {"label", 130, 0},
                                     {"next", 150, 10},    {"sizeless", 200, 0}};
  EXPECT_EQ(at(all, 99), "");
  EXPECT_EQ(at(all, 100), "outer");
  EXPECT_EQ(at(all, 110), "a_alias");
  EXPECT_EQ(at(all, 119), "a_alias");
  EXPECT_EQ(at(all, 120), "outer");
  EXPECT_EQ(at(all, 130), "label");
  EXPECT_EQ(at(all, 131), "outer");
  EXPECT_EQ(at(all, 150), "next");
  EXPECT_EQ(at(all, 160), "");
  EXPECT_EQ(at(all, 200), "sizeless");
  EXPECT_EQ(at(all, 201), "");
  EXPECT_EQ(at(all, 0xffffffffffffffff), "");
  EXPECT_EQ(at({}, 0), "");
}

}  // namespace
}  // namespace plumb::probe::functions_test
