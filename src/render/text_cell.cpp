#include "render/text_cell.h"

#include <cstdint>

#include "base/utf8.h"
#include "render/pen.h"

namespace plumb::render {

TextCell text_cell(std::string_view bytes) {
  TextCell cell{std::string(Pen::room(bytes.size()), '\0'), 0};
  Pen pen(cell.text.data(), SIZE_MAX);
  pen.text(bytes);
  cell.width = pen.width();
  cell.text.resize(static_cast<size_t>(pen.end() - cell.text.data()));
  return cell;
}

std::string shorten_middle(std::string text, size_t columns) {
  const size_t all = columns_of(text);
  if (all <= columns) return text;
  if (columns == 0) return {};
  const size_t behind = (columns - 1) / 2;
  const size_t before = size_within(text, columns - 1 - behind);
  size_t from = size_within(text, all - behind);
  // A wide character may lie across the place, and a mark belongs to what is cut before it.
  while (from < text.size()) {
    const std::string_view rest = std::string_view(text).substr(from);
    const Glyph first = decode_utf8(rest);
    if (columns_of(rest) <= behind && width_of(first.code) > 0) break;
    from += first.size;
  }
  return text.substr(0, before) + "…" + text.substr(from);
}

}  // namespace plumb::render
