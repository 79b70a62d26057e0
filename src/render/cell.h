// Cell: what people are shown of one field of a record.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "render/moment.h"
#include "render/number.h"
#include "schema/names.h"
#include "schema/record.h"

namespace plumb::render {

enum class Trust : uint8_t {
  ascii,  // ours: printable as it is, one column per byte
  text,   // a stranger's: to be escaped
  list,   // a stranger's strings that each end with NUL
};

struct Cell {
  std::string_view bytes;  // empty: nothing to show
  Trust trust = Trust::ascii;
  bool bad = false;  // an error or a deadly signal
  bool cut = false;  // there was more of it
};

// Of two numbers, and brackets around the second.
using PairRoom = std::array<char, 2 * number_room + 2>;
using NumberRoom = std::array<char, number_room>;

// Points into the record, into `names` until it is asked again, or into `room`.
Cell cell_of(const schema::Field& field, const schema::Record& record, schema::Names& names,
             Moments& moments, NumberRoom& room);

// The number in `cell`, and behind it in brackets the one of `aside` where that is another.
Cell with_aside(const Cell& cell, const schema::Field& field, const schema::Field& aside,
                const schema::Record& record, PairRoom& room);

}  // namespace plumb::render
