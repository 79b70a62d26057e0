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

}  // namespace plumb::render
