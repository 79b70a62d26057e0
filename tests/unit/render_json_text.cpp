#include "render/json_text.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <random>

#include "base/utf8.h"

namespace plumb::test {
namespace {

std::string utf8(uint32_t code) {
  const auto part = [&](unsigned shift, uint32_t lead, uint32_t mask) {
    return static_cast<char>(lead | (code >> shift & mask));
  };
  if (code < 0x80) return {part(0, 0, 0x7f)};
  if (code < 0x800) return {part(6, 0xc0, 0x1f), part(0, 0x80, 0x3f)};
  if (code < 0x10000) return {part(12, 0xe0, 0xf), part(6, 0x80, 0x3f), part(0, 0x80, 0x3f)};
  return {part(18, 0xf0, 7), part(12, 0x80, 0x3f), part(6, 0x80, 0x3f), part(0, 0x80, 0x3f)};
}

std::string quoted(uint32_t code) { return render::json_quoted(utf8(code)); }

void expect_harmless(std::string_view json) {
  while (!json.empty()) {
    const Glyph glyph = decode_utf8(json);
    ASSERT_NE(glyph.size, 0);
    ASSERT_FALSE(is_treacherous(glyph.code)) << std::hex << glyph.code;
    json.remove_prefix(glyph.size);
  }
}

TEST(RenderJsonText, WhatSteersATerminalOrReordersTextIsSpelled) {
  EXPECT_EQ(quoted(0x7f), R"("\u007f")");
  EXPECT_EQ(quoted(0x9b), R"("\u009b")");
  EXPECT_EQ(quoted(0x200f), R"("\u200f")");
  EXPECT_EQ(quoted(0x2028), R"("\u2028")");
  EXPECT_EQ(quoted(0x202e), R"("\u202e")");
  EXPECT_EQ(quoted(0x2069), R"("\u2069")");
  EXPECT_EQ(quoted(0xe0041), R"("\udb40\udc41")");
  EXPECT_EQ(quoted('~'), R"("~")");
  EXPECT_EQ(quoted(0xa0), "\"\xc2\xa0\"");
  EXPECT_EQ(quoted(0x20ac), "\"\xe2\x82\xac\"");
  EXPECT_EQ(quoted(0x1f600), "\"\xf0\x9f\x98\x80\"");
  EXPECT_EQ(render::json_quoted("\x9b"), "\"\xef\xbf\xbd\"");  // the byte alone is not UTF-8
}

TEST(RenderJsonText, EveryCharacterIsHarmlessAndComesBack) {
  for (uint32_t code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const std::string text = utf8(code), json = render::json_quoted(text);
    ASSERT_LE(json.size(), render::json_room(text.size()));
    ASSERT_NO_FATAL_FAILURE(expect_harmless(json));
    // what stands for itself was seen to; parsing a million takes long under the sanitizers
    if (code >= 0x10000 && json.size() == text.size() + 2) continue;
    ASSERT_EQ(nlohmann::json::parse(json).get<std::string>(), text) << json;
  }
}

TEST(RenderJsonText, TextsComeBackWhereverTheirCharactersStand) {
  constexpr std::array<uint32_t, 12> some = {0x01, '"',    '\\',   0x7f,   0x80,    0x9f,
                                             0xe9, 0x200e, 0x202a, 0x2066, 0x1f600, 0xe0001};
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; i++) {
    std::string text;
    while (random() % 8 != 0) {
      text.append(random() % 20, 'a');
      text += utf8(some[random() % some.size()]);
    }
    const std::string json = render::json_quoted(text);
    ASSERT_LE(json.size(), render::json_room(text.size()));
    ASSERT_NO_FATAL_FAILURE(expect_harmless(json));
    ASSERT_EQ(nlohmann::json::parse(json).get<std::string>(), text) << json;
  }
}

}  // namespace
}  // namespace plumb::test
