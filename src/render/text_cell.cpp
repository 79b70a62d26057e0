#include "render/text_cell.h"

#include <cstdint>

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

}  // namespace plumb::render
