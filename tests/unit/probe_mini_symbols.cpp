// What a section .gnu_debugdata may hold: a file packed with xz, or anything.
#include "probe/mini_symbols.h"

#include <gtest/gtest.h>
#include <lzma.h>

#include "probe_builder.h"

namespace plumb::probe::mini_symbols_test {
namespace {

std::string xz(const std::string& bytes) {
  std::string packed(lzma_stream_buffer_bound(bytes.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(
                0, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const uint8_t*>(bytes.data()),
                bytes.size(), reinterpret_cast<uint8_t*>(packed.data()), &size, packed.size()),
            LZMA_OK);
  packed.resize(size);
  return packed;
}

Result<std::string> read_back(const std::string& section) {
  Builder elf;
  elf.section(".gnu_debugdata", SHT_PROGBITS, section);
  const std::string bytes = elf.bytes();
  const MemoryBytes memory(bytes);
  return mini_symbols_of(*Elf::of(memory));
}

TEST(MiniSymbols, AreUnpacked) {
  EXPECT_EQ(*read_back(xz("an ELF file")), "an ELF file");
  EXPECT_EQ(read_back(xz(std::string(3'000'000, 'x')))->size(), 3'000'000u);
  EXPECT_EQ(*read_back(xz("")), "");
}

TEST(MiniSymbols, AFileWithoutThem) {
  const std::string bytes = Builder().bytes();
  const MemoryBytes memory(bytes);
  EXPECT_EQ(*mini_symbols_of(*Elf::of(memory)), "");
}

TEST(MiniSymbols, WhatIsNoneIsAnError) {
  std::string packed = xz("an ELF file");
  for (size_t size = 0; size < packed.size(); size++)
    EXPECT_FALSE(read_back(packed.substr(0, size))) << size;
  for (size_t at = 0; at < packed.size(); at++) {
    std::string broken = packed;
    broken[at] = static_cast<char>(~broken[at]);
    const auto found = read_back(broken);
    EXPECT_TRUE(!found || *found == "an ELF file") << at;
  }
}

TEST(MiniSymbols, WhatIsTooLargeIsAnError) {
  const auto found = read_back(xz(std::string(most_mini_symbols + 1, '\0')));
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().what.find("more than"), std::string::npos) << found.error().what;
}

}  // namespace
}  // namespace plumb::probe::mini_symbols_test
