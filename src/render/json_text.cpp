#include "render/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/block.h"
#include "base/utf8.h"
#include "render/kept_stack.h"
#include "render/number.h"
#include "render/word.h"

namespace plumb::render {
namespace {

using schema::Field;
using schema::Format;
using schema::Kind;

// Bytes that a JSON string cannot hold as they are, or that have to be looked at.
Mask special(const Block& block) {
  return block.unprintable() | block.equal('"') | block.equal('\\');
}

char* put_unit(char* at, uint32_t unit) {
  constexpr std::string_view hex = "0123456789abcdef";
  const std::array<char, 6> code = {
      '\\', 'u', hex[unit >> 12], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
  std::memcpy(at, code.data(), code.size());
  return at + code.size();
}

// \uXXXX; two of them, as in UTF-16, beyond U+FFFF.
char* put_code(char* at, uint32_t code) {
  if (code <= 0xffff) return put_unit(at, code);
  const uint32_t beyond = code - 0x10000;
  return put_unit(put_unit(at, 0xd800 | beyond >> 10), 0xdc00 | (beyond & 0x3ff));
}

char* put_escape(char* at, char c) {
  constexpr std::string_view named = "\"\\\n\t\r\b\f";
  constexpr std::string_view letters = "\"\\ntrbf";
  const size_t i = named.find(c);
  if (i == named.npos) return put_unit(at, static_cast<uint8_t>(c));
  *at++ = '\\';
  *at++ = letters[i];
  return at;
}

// The character that `bytes` begins with.
char* put_glyph(char* at, std::string_view bytes, Glyph glyph) {
  if (glyph.size == 1) return put_escape(at, bytes[0]);
  if (glyph.size != 0 && is_treacherous(glyph.code)) return put_code(at, glyph.code);
  const std::string_view shown = glyph.size == 0 ? "\xef\xbf\xbd" : bytes.substr(0, glyph.size);
  std::memcpy(at, shown.data(), shown.size());
  return at + shown.size();
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

char* put_null(char* at) {
  std::memcpy(at, "null", 4);
  return at + 4;
}

char* put_instant(char* at, uint64_t boot, Moments& moments) {
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
  if (field.absent(bits)) return put_null(at);
  if (field.format == Format::instant) return put_instant(at, bits, moments);
  if (field.format == Format::hex) return put_quoted_number(at, put_hex, bits);
  if (field.format == Format::octal) return put_quoted_number(at, put_octal, bits);
  if (field.format == Format::device) return put_quoted_number(at, put_device, bits);
  return field.is_signed() ? put_json_signed(at, static_cast<int64_t>(bits))
                           : put_json_unsigned(at, bits);
}

char* put_quoted_address(char* at, const Field& field, std::string_view bytes) {
  if (field.absent(bytes)) return put_null(at);
  *at++ = '"';
  at = put_address(at, bytes);
  *at++ = '"';
  return at;
}

// Text as it stands in the record: a string, or a list of them. True: it had to be spelled out.
bool put_text(Output& output, std::string_view bytes, bool is_list) {
  std::string spelled;
  const bool foreign = !is_utf8(bytes);
  if (foreign) bytes = spelled = spell_out(bytes);
  char* at = output.reserve(json_room(bytes.size()));
  output.commit(is_list ? put_list(at, bytes) : put_json_text(at, bytes));
  return foreign;
}

// As it is kept, which is JSON; false: nothing is known of it.
bool put_stack(Output& output, const Field& field, std::string_view kept) {
  if (field.asked_by.empty() || kept.empty())
    output.append(kept);
  else
    output.append(renamed_kept(kept, field.leaf()));
  return !kept.empty();
}

}  // namespace

char* put_json_text(char* at, std::string_view bytes) {
  *at++ = '"';
  while (!bytes.empty()) {
    const Block block(bytes, 0, ' ');
    const uint32_t found = special(block).bits();
    const size_t run = found != 0 ? static_cast<size_t>(__builtin_ctz(found)) : block.count();
    block.store(at);  // what it writes too much lies in the room, and is written again
    at += run;
    bytes.remove_prefix(run);
    if (found == 0) [[likely]]
      continue;
    const Glyph glyph = decode_utf8(bytes);
    at = put_glyph(at, bytes, glyph);
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

bool json_value(Output& output, const Field& field, const schema::Record& record,
                schema::Names& names, Moments& moments) {
  if (record.is_missing(field)) {
    output.commit(put_null(output.reserve(number_room)));
    return false;
  }
  if (field.kind == Kind::address) {
    output.commit(put_quoted_address(output.reserve(number_room + 2), field, record.text(field)));
    return false;
  }
  if (!field.is_number())
    return put_text(output, record.text(field), field.kind == Kind::tail_list);
  const uint64_t bits = record.bits(field);
  if (field.format == schema::Format::stack &&
      put_stack(output, field, names.name(field.format, bits)))
    return false;
  if (has_words(field) && !field.absent(bits)) {
    const Word word = word_for(field, bits, names);
    if (word.known) return put_text(output, word.text, false);
  }
  output.commit(put_number(output.reserve(number_room), field, bits, moments));
  return false;
}

std::string json_member(std::string_view name, std::string_view text) {
  if (is_utf8(text)) return fmt::format("\"{}\":{}", name, json_quoted(text));
  return fmt::format("\"{0}\":{1},\"{0}_escaped\":true", name, json_quoted(spell_out(text)));
}

}  // namespace plumb::render
