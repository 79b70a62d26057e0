// Survey: one pass over an element that tells which finders of secrets need not look at it.
#pragma once
#include <cstdint>
#include <vector>

#include "disclose/element.h"

namespace plumb::disclose {

// Kinds of characters; most finders need ones that most elements lack.
enum : uint8_t {
  has_sign = 1,  // = or :
  has_colon = 2,
  has_space = 4,
  has_upper = 8,
  has_lower = 16,
  has_digit = 32,
};

struct Survey {
  uint8_t traits = 0;
  // Where a letter or digit follows something else or begins the element, as positions in its list.
  std::vector<size_t> word_starts;
};

// Fills `survey`, whose memory is used again.
void survey(const Element& element, Survey& survey);

}  // namespace plumb::disclose
