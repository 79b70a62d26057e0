// Packed sections: sound ones, and what may stand in their place.
#include <gtest/gtest.h>
#include <zlib.h>

#include "probe/unpacked_section.h"
#include "probe_builder.h"

namespace plumb::probe::unpacked_test {
namespace {

constexpr size_t limit = 100'000;

std::string packed(const std::string& bytes, uint64_t told, uint32_t type = ELFCOMPRESS_ZLIB) {
  std::string room(compressBound(bytes.size()), '\0');
  uLongf size = room.size();
  EXPECT_EQ(compress(reinterpret_cast<Bytef*>(room.data()), &size,
                     reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()),
            Z_OK);
  return raw(Elf64_Chdr{type, 0, told, 8}) + room.substr(0, size);
}

Result<std::string> read_back(const std::string& content, bool is_packed = true) {
  Builder elf;
  elf.section(".debug_frame", SHT_PROGBITS, content).sh_flags = is_packed ? SHF_COMPRESSED : 0;
  const std::string bytes = elf.bytes();
  const MemoryBytes memory(bytes);
  const auto read = Elf::of(memory);
  return unpacked_bytes_of(*read, read->sections()[1], limit);
}

TEST(UnpackedSection, IsAsItWas) {
  const std::string frames(50'000, 'x');
  EXPECT_EQ(*read_back(packed(frames, frames.size())), frames);
  EXPECT_EQ(*read_back("plain", false), "plain");
}

TEST(UnpackedSection, WhatIsBrokenIsAnError) {
  const std::string frames(50'000, 'x'), sound = packed(frames, frames.size());
  EXPECT_FALSE(read_back(packed(frames, frames.size() - 1)));
  EXPECT_FALSE(read_back(packed(frames, frames.size() + 1)));
  EXPECT_FALSE(read_back(packed(frames, limit + 1)));
  EXPECT_FALSE(read_back(packed(frames, UINT64_MAX)));
  EXPECT_FALSE(read_back(packed(frames, frames.size(), 77)));
  for (size_t size = 0; size < sound.size(); size++) EXPECT_FALSE(read_back(sound.substr(0, size)));
}

}  // namespace
}  // namespace plumb::probe::unpacked_test
