#include <gtest/gtest.h>

#include "probe/static_probes.h"
#include "probe_builder.h"

namespace plumb::probe::notes_test {
namespace {

Result<StaticProbes> probes_in(const std::string& bytes) {
  return static_probes(MemoryBytes(bytes));
}

std::string error_of(const std::string& bytes) {
  auto found = probes_in(bytes);
  return found ? "none" : found.error().what;
}

// Code at 0x1000 and data at 0x3000, which lie in the file at 0x40 and 0x80.
template <class Layout>
Builder<Layout> loaded(uint16_t machine = EM_X86_64) {
  Builder<Layout> elf(machine);
  elf.section(".text", SHT_PROGBITS, std::string(0x200, '\x90'), 0x1000);
  elf.load(0x1000, 0x40, 0x40);
  elf.load(0x3000, 0x80, 0x40);
  return elf;
}

TEST(StaticProbes, OfOneNote) {
  auto elf = loaded<Elf64>();
  elf.notes(probe_note(0x1004, 0, 0x3002, "shop", "sold", "8@%rdi -4@%esi"));
  const auto found = probes_in(elf.bytes());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->machine, Machine::x86);
  ASSERT_EQ(found->probes.size(), 1u);
  const Probe& probe = found->probes[0];
  EXPECT_EQ(probe.provider, "shop");
  EXPECT_EQ(probe.name, "sold");
  ASSERT_EQ(probe.sites.size(), 1u);
  EXPECT_EQ(probe.sites[0].offset, 0x44u);
  EXPECT_EQ(probe.sites[0].arguments, "8@%rdi -4@%esi");
  EXPECT_TRUE(probe.sites[0].has_semaphore);
  EXPECT_EQ(probe.sites[0].semaphore, 0x82u);
  EXPECT_EQ(found->broken, 0u);
}

TEST(StaticProbes, OfThirtyTwoBits) {
  auto elf = loaded<Elf32>(EM_386);
  elf.notes(probe_note<Elf32>(0x1004, 0, 0, "a", "b", "4@%eax") +
            probe_note<Elf32>(0x1008, 0, 0x3002, "a", "c"));
  const auto found = probes_in(elf.bytes());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->probes.size(), 2u);
  EXPECT_EQ(found->probes[0].sites[0].offset, 0x44u);
  EXPECT_FALSE(found->probes[0].sites[0].has_semaphore);
  EXPECT_EQ(found->probes[1].sites[0].semaphore, 0x82u);
}

TEST(StaticProbes, SitesOfOneNameComeTogetherInTheirOrder) {
  auto elf = loaded<Elf64>(EM_AARCH64);
  elf.notes(probe_note(0x1020, 0, 0, "p", "z") + probe_note(0x1010, 0, 0, "p", "a", "1") +
            probe_note(0x1004, 0, 0, "p", "z") + probe_note(0x1030, 0, 0, "o", "z"));
  elf.notes(probe_note(0x1000, 0, 0, "p", "z"));  // a second section, as of relocatable files
  const auto found = probes_in(elf.bytes());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->machine, Machine::aarch64);
  ASSERT_EQ(found->probes.size(), 3u);
  EXPECT_EQ(found->probes[0].provider, "o");
  EXPECT_EQ(found->probes[1].name, "a");
  ASSERT_EQ(found->probes[2].sites.size(), 3u);
  EXPECT_EQ(found->probes[2].sites[0].offset, 0x40u);
  EXPECT_EQ(found->probes[2].sites[1].offset, 0x44u);
  EXPECT_EQ(found->probes[2].sites[2].offset, 0x60u);
}

TEST(StaticProbes, AFileThatWasMovedAfterItWasLinked) {
  for (const int64_t by : {0x1000, -0x1000}) {
    auto elf = loaded<Elf64>();
    elf.section(".stapsdt.base", SHT_PROGBITS, "\0", 0x2000);
    elf.notes(probe_note(0x1004 - by, 0x2000 - by, 0x3002 - by, "p", "n"));
    const auto found = probes_in(elf.bytes());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->probes[0].sites[0].offset, 0x44u);
    EXPECT_EQ(found->probes[0].sites[0].semaphore, 0x82u);
  }
}

TEST(StaticProbes, WhatIsNotLoadedHasNoOffset) {
  auto elf = loaded<Elf64>();
  elf.notes(probe_note(0x1040, 0, 0x3040, "p", "behind") +
            probe_note(0xfff, 0, 0xffffffffffffffff, "p", "before"));
  const auto found = probes_in(elf.bytes());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->probes.size(), 2u);
  for (const Probe& each : found->probes) {
    EXPECT_FALSE(each.sites[0].offset);
    EXPECT_TRUE(each.sites[0].has_semaphore);
    EXPECT_FALSE(each.sites[0].semaphore);
  }
}

TEST(StaticProbes, NotesOfOthersAreNone) {
  auto elf = loaded<Elf64>();
  elf.notes(note("whatever", std::string("GNU\0", 4)) + note("x", std::string("stapsdt\0", 8), 4) +
            note("", "") + probe_note(0x1004, 0, 0, "p", "n"));
  elf.section(".note.gnu.property", SHT_NOTE, "\xff\xff\xff\xff");
  elf.section(".note.stapsdt", SHT_NOBITS, "");
  const auto found = probes_in(elf.bytes());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->probes.size(), 1u);
  EXPECT_EQ(found->broken, 0u);
}

TEST(StaticProbes, BrokenNotesAreCountedAndTheOthersRead) {
  const std::string good = probe_note(0x1004, 0, 0, "p", "n");
  for (const std::string& bad :
       {note(std::string(23, '\0')), note(std::string(24, 'x')), note(std::string(24, '\0') + "p"),
        note(std::string(24, '\0') + std::string("p\0n", 3)),
        note(std::string(24, '\0') + std::string("p\0n\0x", 5))}) {
    auto elf = loaded<Elf64>();
    elf.notes(good + bad + good);
    const auto found = probes_in(elf.bytes());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->broken, 1u);
    ASSERT_EQ(found->probes.size(), 1u);
    EXPECT_EQ(found->probes[0].sites.size(), 2u);
  }
}

TEST(StaticProbes, ANoteThatReachesBeyondItsSectionEndsIt) {
  for (const uint32_t size : {100u, 0x7fffffffu, 0xffffffffu}) {
    auto elf = loaded<Elf64>();
    const std::string good = probe_note(0x1004, 0, 0, "p", "n");
    elf.notes(good + raw(uint32_t{8}) + raw(size) + raw(uint32_t{3}) + std::string("stapsdt\0", 8));
    const auto found = probes_in(elf.bytes());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->broken, 1u);
    EXPECT_EQ(found->probes.size(), 1u);
  }
}

TEST(StaticProbes, WhatIsNoElfFile) {
  EXPECT_EQ(error_of(""), "not an ELF file");
  EXPECT_EQ(error_of("\x7f"
                     "EL"),
            "not an ELF file");
  EXPECT_EQ(error_of("#!/bin/sh\n" + std::string(200, ' ')), "not an ELF file");
  EXPECT_EQ(error_of("\x7f"
                     "ELF"),
            "broken ELF file: it ends within its header");
}

TEST(StaticProbes, OtherKindsOfElfFilesAreRefused) {
  Builder<Elf64> big;
  big.header.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_EQ(error_of(big.bytes()), "big-endian ELF file");
  Builder<Elf64> odd;
  odd.header.e_ident[EI_CLASS] = 3;
  EXPECT_EQ(error_of(odd.bytes()), "ELF file of an unknown kind");
  const auto refused = probes_in(odd.bytes());
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST(StaticProbes, AFileThatIsCutShortAnywhereIsRefusedOrRead) {
  auto elf = loaded<Elf64>();
  elf.notes(probe_note(0x1004, 0, 0x3002, "p", "n"));
  const std::string whole = elf.bytes();
  ASSERT_TRUE(probes_in(whole));
  for (size_t size = 0; size < whole.size(); size++)
    EXPECT_FALSE(probes_in(whole.substr(0, size))) << size;
}

TEST(StaticProbes, CountsAndPlacesThatCannotBe) {
  const auto with = [](auto&& change) {
    auto elf = loaded<Elf64>();
    elf.notes(probe_note(0x1004, 0, 0, "p", "n"));
    std::string bytes = elf.bytes();
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    change(header, bytes);
    std::memcpy(bytes.data(), &header, sizeof(header));
    return error_of(bytes);
  };
  EXPECT_EQ(with([](auto& h, auto&) { h.e_shnum = 0xffff; }),
            "broken ELF file: its table of sections lies beyond its end");
  EXPECT_EQ(with([](auto& h, auto&) { h.e_shoff = ~0ull; }),
            "broken ELF file: its table of sections lies beyond its end");
  EXPECT_EQ(with([](auto& h, auto&) { h.e_shentsize = 0; }),
            "broken ELF file: odd size of its sections");
  EXPECT_EQ(with([](auto& h, auto&) { h.e_shstrndx = 99; }),
            "broken ELF file: its sections' names are in no section");
  EXPECT_EQ(with([](auto& h, auto&) { h.e_phoff = ~0ull - 8; }),
            "broken ELF file: its table of segments lies beyond its end");
  EXPECT_EQ(with([](auto& h, auto&) { h.e_phentsize = 1; }),
            "broken ELF file: odd size of its segments");
  const auto first_section = [](auto& h, std::string& bytes) {
    return reinterpret_cast<Elf64_Shdr*>(bytes.data() + h.e_shoff);
  };
  EXPECT_EQ(with([&](auto& h, auto& bytes) {
              h.e_shnum = 0;
              first_section(h, bytes)->sh_size = 1ull << 60;
            }),
            "broken ELF file: 1152921504606846976 sections");
  EXPECT_EQ(with([&](auto& h, auto& bytes) {
              h.e_phnum = PN_XNUM;
              first_section(h, bytes)->sh_info = 0xffffffff;
            }),
            "broken ELF file: 4294967295 segments");
  EXPECT_EQ(
      with([&](auto& h, auto& bytes) { first_section(h, bytes)[2].sh_size = 1ull << 62; }),
      "notes of static probes: broken ELF file: a section of 4611686018427387904 bytes reaches "
      "beyond its end");
  EXPECT_EQ(with([&](auto& h, auto& bytes) { first_section(h, bytes)[3].sh_offset = ~0ull; }),
            "names of sections: broken ELF file: a section of 36 bytes reaches beyond its end");
}

TEST(StaticProbes, NumbersThatDoNotFitIntoTheHeader) {
  auto elf = loaded<Elf64>();
  elf.notes(probe_note(0x1004, 0, 0, "p", "n"));
  std::string bytes = elf.bytes();
  auto* header = reinterpret_cast<Elf64_Ehdr*>(bytes.data());
  auto* first = reinterpret_cast<Elf64_Shdr*>(bytes.data() + header->e_shoff);
  first->sh_size = header->e_shnum;
  first->sh_link = header->e_shstrndx;
  first->sh_info = header->e_phnum;
  header->e_shnum = 0;
  header->e_shstrndx = SHN_XINDEX;
  header->e_phnum = PN_XNUM;
  const auto found = probes_in(bytes);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->probes.size(), 1u);
  EXPECT_EQ(found->probes[0].sites[0].offset, 0x44u);
}

TEST(StaticProbes, MoreNotesThanAnybodyHasAreRefused) {
  auto elf = loaded<Elf64>();
  elf.notes(std::string((4 << 20) + 4, '\0'));
  EXPECT_EQ(
      error_of(elf.bytes()),
      "notes of static probes: a section of 4194308 bytes is larger than the 4194304 that are "
      "read");
  // the same bytes again and again count again
  auto sections = loaded<Elf64>();
  sections.notes(std::string(1 << 20, '\0'));
  for (int i = 0; i < 4; i++) sections.notes(std::string());
  for (size_t i = 3; i < sections.sections.size(); i++) {
    sections.sections[i].sh_offset = sections.sections[2].sh_offset;
    sections.sections[i].sh_size = sections.sections[2].sh_size;
  }
  EXPECT_EQ(
      error_of(sections.bytes()),
      "notes of static probes: a section of 1048576 bytes is larger than the 0 that are read");
}

TEST(StaticProbes, AFileWithoutSectionsHasNone) {
  Builder<Elf64> elf;
  std::string bytes = raw(elf.header);
  const auto found = probes_in(bytes);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->probes.empty());
}

}  // namespace
}  // namespace plumb::probe::notes_test
