#include "base/block.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

namespace plumb {
namespace {

// Exactly as large as the text, so that the sanitizer sees a read beyond it.
struct Text {
  explicit Text(const std::string& from) : bytes(new char[from.size()]), size(from.size()) {
    from.copy(bytes.get(), size);
  }
  std::string_view view() const { return {bytes.get(), size}; }

  std::unique_ptr<char[]> bytes;
  size_t size;
};

template <class Is>
uint32_t naive(std::string_view text, size_t at, Is is) {
  uint32_t mask = 0;
  for (size_t i = 0; i < Block::size; i++) {
    const char c = at + i < text.size() ? text[at + i] : '\0';
    mask |= is(c) ? 1u << i : 0u;
  }
  return mask;
}

TEST(Block, SeesWhatALoopSees) {
  std::mt19937 random(7);
  for (size_t size = 0; size <= 40; size++) {
    for (int round = 0; round < 50; round++) {
      std::string bytes(size, '\0');
      for (char& c : bytes) c = static_cast<char>(random() >> (round % 2 ? 0 : 1) & 0xff);
      const Text text(bytes);
      for (size_t at = 0; at <= size; at++) {
        const Block block(text.view(), at);
        ASSERT_EQ(block.count(), std::min<size_t>(size - at, 16));
        ASSERT_EQ(block.equal('A').bits(), naive(bytes, at, [](char c) { return c == 'A'; }));
        ASSERT_EQ(block.between('0', 'Z').bits(),
                  naive(bytes, at, [](char c) { return c >= '0' && c <= 'Z'; }));
        ASSERT_EQ(block.between('\0', '\x1f').bits(),
                  naive(bytes, at, [](char c) { return static_cast<uint8_t>(c) < 0x20; }));
        ASSERT_EQ(block.beyond_ascii().bits(),
                  naive(bytes, at, [](char c) { return static_cast<uint8_t>(c) > 0x7f; }));
        ASSERT_EQ(block.unprintable().bits(),
                  naive(bytes, at, [](char c) { return c < ' ' || c == 0x7f; }));
        std::string copy(Block::size, 'x');
        block.store(copy.data());
        ASSERT_EQ(copy.substr(0, block.count()), bytes.substr(at, 16));
        const Block filled(text.view(), at, 'A');
        const uint32_t behind = ~0u << filled.count() & 0xffff;
        ASSERT_EQ(filled.equal('A').bits(),
                  behind | naive(bytes, at, [](char c) { return c == 'A'; }));
        ASSERT_EQ((!block.equal('A')).bits(), ~block.equal('A').bits() & 0xffff);
        ASSERT_EQ((block.equal('A') | block.beyond_ascii()).bits(),
                  block.equal('A').bits() | block.beyond_ascii().bits());
      }
    }
  }
}

}  // namespace
}  // namespace plumb
