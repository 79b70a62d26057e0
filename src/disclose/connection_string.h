// Connection strings: Server=db;User Id=ada;Password=two words;
#pragma once
#include <optional>

#include "disclose/element.h"

namespace plumb::disclose {

// Where the value at `value` of the name at `name` ends, spaces included, if they are a field of a
// connection string; nothing if they are not.
std::optional<size_t> connection_field_end(const Element& element, size_t name, size_t value);

}  // namespace plumb::disclose
