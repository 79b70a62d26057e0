// Numbers, times and strangers' text, one by one.
#include <random>

#include "base/text.h"
#include "render/json_text.h"
#include "render/moment.h"
#include "render/number.h"
#include "render/pen.h"
#include "render_fixture.h"

namespace plumb::test {
namespace {

template <class Put, class... Args>
std::string put(Put function, Args... args) {
  std::array<char, render::number_room> room;
  return {room.data(), function(room.data(), args...)};
}

std::string written(std::string_view bytes, size_t width,
                    void (render::Pen::*write)(std::string_view)) {
  std::string room(render::Pen::room(bytes.size()), '?');
  render::Pen pen(room.data(), width);
  (pen.*write)(bytes);
  EXPECT_LE(pen.width(), width);
  EXPECT_LE(pen.end(), room.data() + room.size());
  return {room.data(), pen.end()};
}

std::string text(std::string_view bytes, size_t width = SIZE_MAX) {
  return written(bytes, width, &render::Pen::text);
}

std::string text_end(std::string_view bytes, size_t width) {
  return written(bytes, width, &render::Pen::text_end);
}

std::string words(const std::vector<std::string>& list, size_t width = SIZE_MAX, bool cut = false) {
  std::string joined;
  for (const std::string& word : list) joined.append(word).append(1, '\0');
  std::string room(render::Pen::room(joined.size()), '?');
  render::Pen pen(room.data(), width);
  pen.words(joined);
  if (cut) pen.more();
  EXPECT_LE(pen.width(), width);
  EXPECT_LE(pen.end(), room.data() + room.size());
  return {room.data(), pen.end()};
}

TEST(Pen, TheEndOfTextThatIsTooLong) {
  EXPECT_EQ(text_end("/usr/bin/gcc", 12), "/usr/bin/gcc");
  EXPECT_EQ(text_end("/usr/bin/gcc", 8), "…bin/gcc");
  EXPECT_EQ(text_end("/grüße/straße", 13), "/grüße/straße");
  EXPECT_EQ(text_end("/grüße/straße", 8), "…/straße");
  EXPECT_EQ(text_end("/日本/漢字", 6), "…/漢字");
  EXPECT_EQ(text_end("/日本/漢字", 7), "…/漢字") << "half of a wide one is not shown";
  EXPECT_EQ(text_end("/home/cafe\u0301s", 2), "…s") << "an accent without its letter";
  EXPECT_EQ(text_end("/long/name\x01", 5), "…\\x01");
  EXPECT_EQ(text_end("/long/name\xff!", 7), "…e\\xff!");
  EXPECT_EQ(text_end("/long/name\xff", 3), "…");
}

TEST(RenderNumber, DurationsAndSizesAreToldAsEverywhere) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 200'000; i++) {
    const uint64_t value = (random() >> random() % 64) | 1;
    if (value % 5 == 0) continue;  // may lie half way between two roundings
    EXPECT_EQ(put(render::put_duration, value), show_duration(value)) << value;
    EXPECT_EQ(put(render::put_size, value), show_size(value)) << value;
  }
  for (const uint64_t value :
       std::initializer_list<uint64_t>{0, 1, 999, 1000, 999'500, 9'995'000, UINT64_MAX})
    EXPECT_EQ(put(render::put_duration, value), show_duration(value)) << value;
}

TEST(RenderNumber, Numbers) {
  EXPECT_EQ(put(render::put_grouped, 0), "0");
  EXPECT_EQ(put(render::put_grouped, 999), "999");
  EXPECT_EQ(put(render::put_grouped, 1'234'567), "1,234,567");
  EXPECT_EQ(put(render::put_grouped, UINT64_MAX), "18,446,744,073,709,551,615");
  EXPECT_EQ(put(render::put_hex, 0x7ffe), "0x7ffe");
  EXPECT_EQ(put(render::put_digits, 42, 4), "0042");
  EXPECT_EQ(put(render::put_device, 266338304), "254:0");
  EXPECT_EQ(put(render::put_device, UINT32_MAX), "4095:1048575");
}

TEST(RenderNumber, JsonNumbersStayExact) {
  EXPECT_EQ(put(render::put_json_unsigned, 1ull << 53), "9007199254740992");
  EXPECT_EQ(put(render::put_json_unsigned, (1ull << 53) + 1), "\"9007199254740993\"");
  EXPECT_EQ(put(render::put_json_signed, -(1ll << 53)), "-9007199254740992");
  EXPECT_EQ(put(render::put_json_signed, INT64_MIN), "\"-9223372036854775808\"");
}

TEST(RenderNumber, Addresses) {
  const std::string mapped = std::string(10, '\0') + "\xff\xff\x0a\x01\x02\xff";
  EXPECT_EQ(put(render::put_address, mapped), "10.1.2.255");
  EXPECT_EQ(put(render::put_address, std::string(15, '\0') + "\x01"), "::1");
  EXPECT_EQ(put(render::put_address, std::string(16, '\xff')),
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(put(render::put_address, std::string(3, '\0')), "");
}

TEST(RenderNumber, Moments) {
  render::Moments moments(fixed_clock);
  const auto utc = [&](int64_t real) {
    std::array<char, render::Moments::rfc3339_size> room;
    return std::string(room.data(), moments.put_rfc3339(room.data(), real));
  };
  EXPECT_EQ(utc(moments.of_record(123'456'789)), "2024-05-01T10:20:30.123456789Z");
  EXPECT_EQ(utc(moments.of_record(999'999'999)), "2024-05-01T10:20:30.999999999Z");
  EXPECT_EQ(utc(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(utc(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(utc(moments.of_record(UINT64_MAX)), "2024-05-01T10:20:29.999999999Z");  // wraps
}

TEST(RenderNumber, StrangersTextIsEscaped) {
  EXPECT_EQ(text("plain text"), "plain text");
  EXPECT_EQ(text("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(text("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(text("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(text("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(text("\xc2\x9b"
                 "31m"),
            "\\xc2\\x9b31m");  // C1: another way to say ESC [
  EXPECT_EQ(text("\xe2\x80\xae"
                 "gpj"),
            "\\xe2\\x80\\xaegpj");                     // right-to-left override
  EXPECT_EQ(text("\xc0\x80"), "\\xc0\\x80");           // overlong
  EXPECT_EQ(text("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(text("\xe2\x82"), "\\xe2\\x82");           // cut within a character
}

TEST(RenderNumber, WideTextIsCutOnlyWhereItMust) {
  EXPECT_EQ(text("12345678", 8), "12345678");
  EXPECT_EQ(text("123456789", 8), "1234567…");
  EXPECT_EQ(text("日本語", 6), "日本語");
  EXPECT_EQ(text("日本語", 5), "日本…");
  EXPECT_EQ(text("日本語", 4), "日…");
  EXPECT_EQ(text("ab\x1b"
                 "cd",
                 5),
            "ab…");
  EXPECT_EQ(text("x", 1), "x");
  EXPECT_EQ(text("xy", 1), "…");
}

TEST(RenderNumber, ArgumentsCanBePastedIntoAShell) {
  EXPECT_EQ(words({"ls", "-l", "a b", "it's", "", "$HOME", "x=1"}),
            "ls -l 'a b' 'it'\\''s' '' '$HOME' x=1");
  EXPECT_EQ(words({"printf", "a\tb\n", "\x01'\\"}), "printf $'a\\tb\\n' $'\\x01\\'\\\\'");
  EXPECT_EQ(words({"caf\xc3\xa9", "caf\xc3\xa9 x"}), "caf\xc3\xa9 'caf\xc3\xa9 x'");
  EXPECT_EQ(words({"cc", "-c", "foo.c"}, 8), "cc -c f…");
  EXPECT_EQ(words({"cc", "-c"}, SIZE_MAX, true), "cc -c…");
  EXPECT_EQ(words({"cc", "-c"}, 5, true), "cc -…");
  EXPECT_EQ(words({}), "");
}

TEST(RenderNumber, PensAndJsonStayInTheirRoom) {
  std::mt19937 random(5);
  constexpr std::string_view nasty("\0\x01'\"\\\xff\xc3\xa9\xe2\x80\xae\x7f\xc2\x9b\xf3\xa0 ax",
                                   19);
  for (int i = 0; i < 20'000; i++) {
    std::vector<std::string> list(random() % 6);
    for (std::string& word : list) {
      word.resize(random() % 12);
      for (char& c : word) c = nasty[1 + random() % (nasty.size() - 1)];
    }
    words(list, random() % 2 == 0 ? random() % 20 : SIZE_MAX);
    for (const std::string& word : list) {
      text(word, 1 + random() % 9);
      EXPECT_LE(render::json_quoted(word).size(), render::json_room(word.size()));
    }
  }
}

}  // namespace
}  // namespace plumb::test
