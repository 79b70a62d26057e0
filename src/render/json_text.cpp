#include "render/json_text.h"

#include <algorithm>
#include <array>

#include "render/number.h"
#include "render/utf8.h"
#include "render/word.h"

namespace plumb::render {
namespace {

using schema::Field;
using schema::Format;
using schema::Kind;

constexpr std::array<bool, 256> is_plain = [] {
  std::array<bool, 256> result{};
  for (size_t c = 0x20; c < 0x80; c++) result[c] = c != '"' && c != '\\';
  return result;
}();

char* put_escape(char* at, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view named = "\"\\\n\t\r\b\f";
  constexpr std::string_view letters = "\"\\ntrbf";
  *at++ = '\\';
  if (const size_t i = named.find(c); i != named.npos) {
    *at++ = letters[i];
    return at;
  }
  const auto byte = static_cast<uint8_t>(c);
  const std::array<char, 5> code = {'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
  std::memcpy(at, code.data(), code.size());
  return at + code.size();
}

char* put_list(char* at, std::string_view list) {
  *at++ = '[';
  while (!list.empty()) {
    const size_t end = std::min(list.find('\0'), list.size());
    at = put_json_text(at, list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!list.empty()) *at++ = ',';
  }
  *at++ = ']';
  return at;
}

char* put_quoted_number(char* at, char* (*put)(char*, uint64_t), uint64_t value) {
  *at++ = '"';
  at = put(at, value);
  *at++ = '"';
  return at;
}

char* put_instant(char* at, uint64_t boot, Moments& moments) {
  if (boot == 0) {
    std::memcpy(at, "null", 4);
    return at + 4;
  }
  *at++ = '"';
  at = moments.put_rfc3339(at, moments.of_instant(boot));
  *at++ = '"';
  return at;
}

char* put_number(char* at, const Field& field, uint64_t bits, Moments& moments) {
  if (field.kind == Kind::boolean) {
    const std::string_view text = bits != 0 ? "true" : "false";
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }
  if (field.format == Format::instant) return put_instant(at, bits, moments);
  if (field.format == Format::hex) return put_quoted_number(at, put_hex, bits);
  return field.is_signed() ? put_json_signed(at, static_cast<int64_t>(bits))
                           : put_json_unsigned(at, bits);
}

}  // namespace

char* put_json_text(char* at, std::string_view bytes) {
  *at++ = '"';
  while (!bytes.empty()) {
    size_t run = 0;
    while (run < bytes.size() && is_plain[static_cast<uint8_t>(bytes[run])]) run++;
    std::memcpy(at, bytes.data(), run);
    at += run;
    bytes.remove_prefix(run);
    if (bytes.empty()) break;
    const Glyph glyph = decode_utf8(bytes);
    if (glyph.size == 1) {
      at = put_escape(at, bytes[0]);
    } else {
      const std::string_view shown = glyph.size == 0 ? "\xef\xbf\xbd" : bytes.substr(0, glyph.size);
      std::memcpy(at, shown.data(), shown.size());
      at += shown.size();
    }
    bytes.remove_prefix(std::max<size_t>(glyph.size, 1));
  }
  *at++ = '"';
  return at;
}

std::string json_quoted(std::string_view bytes) {
  std::string text(json_room(bytes.size()), '\0');
  const char* end = put_json_text(text.data(), bytes);
  text.resize(static_cast<size_t>(end - text.data()));
  return text;
}

constexpr int64_t exact_in_double = int64_t{1} << 53;

char* put_json_unsigned(char* at, uint64_t value) {
  if (value > static_cast<uint64_t>(exact_in_double))
    return put_quoted_number(at, put_unsigned, value);
  return put_unsigned(at, value);
}

char* put_json_signed(char* at, int64_t value) {
  if (value >= 0) return put_json_unsigned(at, static_cast<uint64_t>(value));
  if (value >= -exact_in_double) return put_signed(at, value);
  *at++ = '"';
  at = put_signed(at, value);
  *at++ = '"';
  return at;
}

void json_value(Output& output, const Field& field, const schema::Record& record,
                schema::Names& names, Moments& moments) {
  if (!field.is_number()) {
    const std::string_view bytes = record.text(field);
    if (field.kind == Kind::address) {
      char* at = output.reserve(number_room + 2);
      *at++ = '"';
      at = put_address(at, bytes);
      *at++ = '"';
      return output.commit(at);
    }
    char* at = output.reserve(json_room(bytes.size()));
    return output.commit(field.kind == Kind::tail_list ? put_list(at, bytes)
                                                       : put_json_text(at, bytes));
  }
  const uint64_t bits = record.bits(field);
  if (has_words(field)) {
    const Word word = word_for(field, bits, names);
    if (word.known) {
      char* at = output.reserve(json_room(word.text.size()));
      return output.commit(put_json_text(at, word.text));
    }
  }
  output.commit(put_number(output.reserve(number_room), field, bits, moments));
}

}  // namespace plumb::render
