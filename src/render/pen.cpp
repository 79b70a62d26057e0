#include "render/pen.h"

#include <algorithm>
#include <array>

#include "base/block.h"

namespace plumb::render {
namespace {

constexpr std::string_view ellipsis = "…";

// Control characters and everything that is not ASCII.
bool is_other(char c) { return static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) >= 0x7f; }

// Characters that mean themselves, and need no quotes in a shell.
Mask bare(const Block& block) {
  return block.between(',', ':') | block.between('@', 'Z') | block.between('a', 'z') |
         block.equal('_') | block.equal('%') | block.equal('+') | block.equal('=');
}
constexpr char some_bare = 'a';

// The printable ASCII that `bytes` begins with.
size_t printable(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size(); at += Block::size) {
    const uint32_t found = Block(bytes, at, some_bare).unprintable().bits();
    if (found != 0) return at + static_cast<size_t>(__builtin_ctz(found));
  }
  return bytes.size();
}

// Whether text must be spelled with escapes to be shown at all.
bool needs_escapes(std::string_view bytes) {
  while (!bytes.empty()) {
    const Glyph glyph = decode_utf8(bytes);
    if (glyph.size == 0 || is_treacherous(glyph.code)) return true;
    bytes.remove_prefix(glyph.size);
  }
  return false;
}

// What text begins with and is shown together: a character, or the escapes of bytes.
struct Piece {
  size_t size = 1;
  size_t columns = 4;
};

Piece piece_of(std::string_view bytes) {
  const Glyph glyph = decode_utf8(bytes);
  if (glyph.size == 0) return {};
  if (is_treacherous(glyph.code)) return {glyph.size, size_t{4} * glyph.size};
  return {glyph.size, width_of(glyph.code)};
}

size_t shown_columns(std::string_view bytes) {
  size_t columns = 0;
  while (!bytes.empty()) {
    const Piece piece = piece_of(bytes);
    columns += piece.columns;
    bytes.remove_prefix(piece.size);
  }
  return columns;
}

}  // namespace

void Pen::put(std::string_view bytes, size_t width) {
  if (full_) return;
  if (width > max_width_ - width_) {
    full_ = true;
    at_ = mark_;
    width_ = mark_width_;
    if (max_width_ == 0) return;
    std::memcpy(at_, ellipsis.data(), ellipsis.size());
    at_ += ellipsis.size();
    width_++;
    return;
  }
  std::memcpy(at_, bytes.data(), bytes.size());
  at_ += bytes.size();
  width_ += width;
  if (width_ < max_width_) {
    mark_ = at_;
    mark_width_ = width_;
  }
}

void Pen::plain(std::string_view ascii) {
  const size_t left = max_width_ - width_;
  if (full_ || ascii.size() < left) return put(ascii, ascii.size());
  // The mark must lie one column before the end.
  const size_t before = std::min(left == 0 ? 0 : left - 1, ascii.size());
  put(ascii.substr(0, before), before);
  for (const char c : ascii.substr(before)) put({&c, 1}, 1);
}

void Pen::escaped(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    const std::array<char, 4> text = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    put({text.data(), text.size()}, text.size());
  }
}

void Pen::glyphs(std::string_view bytes) {
  while (!bytes.empty() && is_other(bytes[0]) && !full_) {
    const Glyph glyph = decode_utf8(bytes);
    const size_t size = std::max<size_t>(glyph.size, 1);
    if (glyph.size == 0 || is_treacherous(glyph.code))
      escaped(bytes.substr(0, size));
    else
      put(bytes.substr(0, size), width_of(glyph.code));
    bytes.remove_prefix(size);
  }
}

void Pen::text(std::string_view bytes) {
  while (!bytes.empty() && !full_) {
    const size_t run = printable(bytes);
    if (run > 0) plain(bytes.substr(0, run));
    bytes.remove_prefix(run);
    const auto* end = std::find_if_not(bytes.begin(), bytes.end(), is_other);
    const auto rest = static_cast<size_t>(end - bytes.begin());
    glyphs(bytes.substr(0, rest));
    bytes.remove_prefix(rest);
  }
}

void Pen::words(std::string_view list) {
  for (bool first = true; !list.empty() && !full_; first = false) {
    const size_t end = std::min(list.find('\0'), list.size());
    if (!first) put(" ", 1);
    word(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

void Pen::word(std::string_view bytes) {
  Mask other, special;  // to a shell
  for (size_t at = 0; at < bytes.size(); at += Block::size) {
    const Block block(bytes, at, some_bare);
    const Mask others_here = block.unprintable();
    other |= others_here;
    special |= !(bare(block) | others_here);
  }
  if (other.any() && needs_escapes(bytes)) return dollar_quoted(bytes);
  if (bytes.empty() || special.any()) return quoted(bytes);
  return other.any() ? text(bytes) : plain(bytes);
}

void Pen::quoted(std::string_view bytes) {
  put("'", 1);
  while (!full_) {
    const size_t end = std::min(bytes.find('\''), bytes.size());
    text(bytes.substr(0, end));
    if (end == bytes.size()) break;
    put("'\\''", 4);
    bytes.remove_prefix(end + 1);
  }
  put("'", 1);
}

void Pen::dollar_quoted(std::string_view bytes) {
  put("$'", 2);
  while (!bytes.empty() && !full_) {
    const size_t end = std::min(bytes.find_first_of("'\\\n\t"), bytes.size());
    text(bytes.substr(0, end));
    bytes.remove_prefix(end);
    if (bytes.empty()) break;
    const char c = bytes[0];
    const std::array<char, 2> pair = {'\\', c == '\n' ? 'n' : c == '\t' ? 't' : c};
    put({pair.data(), pair.size()}, 2);
    bytes.remove_prefix(1);
  }
  put("'", 1);
}

void Pen::more() { put(ellipsis, 1); }

void Pen::text_end(std::string_view bytes) {
  if (max_width_ < 2) return text(bytes);
  const bool is_ascii = printable(bytes) == bytes.size();
  size_t columns = is_ascii ? bytes.size() : shown_columns(bytes);
  if (columns <= max_width_) return text(bytes);
  put(ellipsis, 1);
  if (is_ascii) return text(bytes.substr(columns - (max_width_ - 1)));
  while (!bytes.empty()) {
    const Piece first = piece_of(bytes);
    // what has no column of its own belongs to what was cut before it
    if (columns < max_width_ && first.columns > 0) break;
    columns -= first.columns;
    bytes.remove_prefix(first.size);
  }
  text(bytes);
}

}  // namespace plumb::render
