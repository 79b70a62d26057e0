// Layout: where the columns of a streaming table lie.
//
// Rows are shown as they come, so widths follow from the schema and the terminal. A value that is
// wider than its column pushes what follows to the right only as far as it must: columns have
// places, not widths, and a row returns to them as soon as there is slack.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"

namespace plumb::render {

struct Column {
  const schema::Field* field = nullptr;  // null: the time or the tracer's name
  const schema::Field* aside = nullptr;  // shown with it where the two differ
  std::string header;
  bool right = false;     // aligned
  bool cuttable = false;  // text that may end in "…" on a terminal; numbers never do
  uint32_t width = 0;
  uint32_t least = 0;  // what it may shrink to on a narrow terminal
  uint32_t tight = 0;  // and where that is not enough: what is longer pushes what follows
  uint32_t begin = 0;  // first screen column, and one past the last
  uint32_t end = 0;
};

// The header word of a field: its leaf, or its path where two shown fields share the leaf.
std::string header_of(const schema::Field& field, const std::vector<const schema::Field*>& shown);

// Columns for these fields after `lead` (time and name). `terminal` is its width; 0 is unlimited.
std::vector<Column> lay_out(std::vector<Column> lead,
                            const std::vector<const schema::Field*>& shown, uint32_t terminal);

// Writes the gap before a cell of `width` that belongs to `column`, for a row that has reached
// screen column `reached`; returns where the cell begins.
uint32_t place(const Column& column, uint32_t reached, uint32_t width);

}  // namespace plumb::render
