// TextCell: what strangers have named, without what would move the cursor, and how wide it is.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace plumb::render {

struct TextCell {
  std::string text;
  size_t width = 0;  // columns of a terminal
};

TextCell text_cell(std::string_view bytes);

// Of a text, which is UTF-8, the begin and the end with "…" between them, where it needs more than
// so many columns.
std::string shorten_middle(std::string text, size_t columns);

}  // namespace plumb::render
