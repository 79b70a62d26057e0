// Fields: the members of an event's struct, flattened and given their meaning.
#pragma once
#include <string>
#include <vector>

#include "schema/btf.h"
#include "schema/schema.h"

namespace plumb::schema {

struct Described {
  Field field;
  bool privacy_stated = false;  // by a tag, rather than `open` because nobody said anything
  std::string_view unless{};    // as in Meaning
};

// Every field of the struct `id`, in order of offset; refuses what has no meaning as a value.
Result<std::vector<Described>> fields_of(const Btf& btf, uint32_t id);

// A variable as a field of its own, at offset 0: what a knob is.
Result<Field> variable_field(const Btf& btf, uint32_t id);

}  // namespace plumb::schema
