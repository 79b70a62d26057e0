#include "base/caret.h"

#include <algorithm>

#include "base/utf8.h"

namespace plumb {
namespace {

// Characters that would move the caret or worse are blanks, bytes that are none question marks.
// Returns the columns that all of it takes.
size_t show(std::string_view text, std::string& out) {
  size_t columns = 0;
  while (!text.empty()) {
    const Glyph glyph = decode_utf8(text);
    const size_t size = std::max<size_t>(glyph.size, 1);
    if (glyph.size == 0)
      out += '?';
    else if (is_treacherous(glyph.code))
      out += ' ';
    else
      out += text.substr(0, size);
    columns += glyph.size != 0 && !is_treacherous(glyph.code) ? width_of(glyph.code) : 1;
    text.remove_prefix(size);
  }
  return columns;
}

}  // namespace

std::string caret_under(std::string_view text, Stretch stretch) {
  std::string shown;
  const size_t before = show(text.substr(0, stretch.begin), shown);
  const size_t marked = show(text.substr(stretch.begin, stretch.end - stretch.begin), shown);
  show(text.substr(stretch.end), shown);
  return "\n    " + shown + "\n    " + std::string(before, ' ') + "^" +
         std::string(std::max<size_t>(marked, 1) - 1, '~');
}

}  // namespace plumb
