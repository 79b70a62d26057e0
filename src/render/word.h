// Words: what people call a number.
#pragma once
#include <cstdint>
#include <string_view>

#include "schema/names.h"
#include "schema/schema.h"

namespace plumb::render {

struct Word {
  std::string_view text;
  bool known = false;  // false: show the number. Known and empty: there is nothing to show.
};

// The word for a number of this field, by its enumeration or format; valid until `names` is asked
// again.
Word word_for(const schema::Field& field, uint64_t bits, schema::Names& names);

// Whether numbers of this field are told as words.
bool has_words(const schema::Field& field);

}  // namespace plumb::render
