#include "base/utf8.h"

#include <gtest/gtest.h>
#include <wchar.h>

#include <array>
#include <clocale>
#include <random>
#include <vector>

namespace plumb {
namespace {

TEST(Utf8, LosesNothing) {
  EXPECT_TRUE(is_utf8("a é 漢 😀 long enough for whole words"));
  EXPECT_FALSE(is_utf8("seven..\xc3"));
  EXPECT_FALSE(is_utf8("12345678\xed\xa0\x80"));
  EXPECT_EQ(spell_out("\\x41 é\xff\xc3"), "\\\\x41 é\\xff\\xc3");
}

TEST(Utf8, WidthsOfCharacters) {
  for (const char* narrow : {"a", "é", "ж", "→", "☺", "✓", "\u00ad"})
    EXPECT_EQ(columns_of(narrow), 1u) << narrow;
  for (const char* wide :
       {"漢", "한", "あ", "Ａ", "😀", "🚀", "🫠", "⚡", "✅", "⭐", "🟢", "𠀀", "e\u0301x"})
    EXPECT_EQ(columns_of(wide), 2u) << wide;
  for (uint32_t mark :
       {0x301u, 0x483u, 0x5b0u, 0x64bu, 0x93cu, 0xe31u, 0x200du, 0x20e3u, 0xfe0fu, 0xe0100u})
    EXPECT_EQ(width_of(mark), 0u) << mark;
}

// The C library, where it has the locale, takes numbers in circles and hexagrams for wide, which
// Unicode 15 does not.
TEST(Utf8, WidthsAreThoseOfTheCLibrary) {
  if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) GTEST_SKIP() << "no locale C.UTF-8";
  std::vector<uint32_t> different;
  size_t known = 0;
  for (uint32_t code = 0x20; code <= 0x10ffff; code++) {
    const int theirs = wcwidth(static_cast<wchar_t>(code));
    const bool is_theirs = (code >= 0x3248 && code <= 0x324f) || (code >= 0x4dc0 && code <= 0x4dff);
    if (theirs < 0 || is_theirs) continue;
    known++;
    if (static_cast<unsigned>(theirs) != width_of(code)) different.push_back(code);
  }
  std::setlocale(LC_CTYPE, "C");
  EXPECT_GT(known, 280000u);
  EXPECT_EQ(different, std::vector<uint32_t>());
}

TEST(Utf8, BeginningsOfAnyBytesFitAndAreTheLongest) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; i++) {
    std::string text;
    while (text.size() < random() % 24) {
      static constexpr std::array<std::string_view, 8> parts = {"a", " ",      "é",        "漢",
                                                                "😀", "\u0301", "\xf0\x9f", "\xff"};
      text += parts.at(random() % parts.size());
    }
    const size_t columns = random() % 12;
    const size_t size = size_within(text, columns);
    ASSERT_LE(size, text.size());
    ASSERT_LE(columns_of(text.substr(0, size)), columns);
    ASSERT_EQ(columns_of(text.substr(0, size)) + columns_of(text.substr(size)), columns_of(text));
    if (size < text.size()) {
      const Glyph next = decode_utf8(std::string_view(text).substr(size));
      ASSERT_GT(columns_of(text.substr(0, size + std::max<size_t>(next.size, 1))), columns);
    }
  }
}

}  // namespace
}  // namespace plumb
