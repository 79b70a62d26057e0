#include "python/lines.h"

#include <algorithm>

#include "base/cursor.h"

namespace plumb::python {
namespace {

uint32_t as_line(int64_t line) {
  return line > 0 && line <= INT32_MAX ? static_cast<uint32_t>(line) : 0;
}

uint32_t line_by_offsets(Cursor table, int64_t line, uint32_t position) {
  uint64_t at = 0;
  uint8_t bytes = 0;
  int8_t lines = 0;
  while (table.read(bytes) && table.read(lines)) {
    at += bytes;
    if (at > position) break;
    line += lines;
  }
  return as_line(line);
}

uint32_t line_by_ranges(Cursor table, int64_t line, uint32_t position) {
  constexpr int8_t no_line = -128;
  uint64_t end = 0;
  uint8_t bytes = 0;
  int8_t lines = 0;
  while (table.read(bytes) && table.read(lines)) {
    end += bytes;
    if (lines != no_line) line += lines;
    if (end > uint64_t{position} * 2) return lines == no_line ? 0 : as_line(line);
  }
  return 0;
}

// The rest of a number: six bits a byte, the seventh says that there is one more.
int64_t signed_number(Cursor& table) {
  constexpr uint32_t most_bits = 36;  // more than a line has
  uint64_t number = 0;
  uint8_t byte = 0x40;
  for (uint32_t shift = 0; (byte & 0x40) != 0 && shift < most_bits && table.read(byte); shift += 6)
    number |= uint64_t{byte & 0x3fU} << shift;
  const auto size = static_cast<int64_t>(number >> 1);
  return (number & 1) != 0 ? -size : size;
}

// What an entry's first byte is followed by, until that of the next, which has the top bit alone.
void skip_columns(Cursor& table) {
  uint8_t byte = 0;
  for (Cursor next = table; next.read(byte) && (byte & 0x80) == 0;) table = next;
}

uint32_t line_by_locations(Cursor table, int64_t line, uint32_t position) {
  constexpr uint32_t none = 15, long_form = 14, no_columns = 13, one_line = 10;
  uint64_t end = 0;
  uint8_t first = 0;
  while (table.read(first)) {
    const uint32_t form = first >> 3 & 15;
    end += (first & 7U) + 1;
    if (form == long_form || form == no_columns)
      line += signed_number(table);
    else if (form >= one_line && form < no_columns)
      line += form - one_line;
    if (end > position) return form == none ? 0 : as_line(line);
    skip_columns(table);
  }
  return 0;
}

}  // namespace

LineForm line_form(int minor) {
  if (minor < 10) return LineForm::offsets;
  return minor == 10 ? LineForm::ranges : LineForm::locations;
}

uint32_t line_at(LineForm form, std::string_view table, uint32_t first_line, uint32_t position) {
  switch (form) {
    case LineForm::offsets:
      return line_by_offsets(Cursor(table), first_line, position);
    case LineForm::ranges:
      return line_by_ranges(Cursor(table), first_line, position);
    case LineForm::locations:
      return line_by_locations(Cursor(table), first_line, position);
  }
  return 0;
}

}  // namespace plumb::python
