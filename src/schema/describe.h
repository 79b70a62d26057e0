// The words for what a field is, as `plumb list` says them.
#pragma once
#include <string>
#include <string_view>

#include "schema/schema.h"

namespace plumb::schema {

std::string type_name(const Field& field);  // "duration", "size", "text", "errno", ...
std::string_view privacy_name(Privacy privacy);
// As one would write it: "5s", "4KiB", "off"; "" of bits or names, where none is set.
std::string default_of(const Knob& knob);

}  // namespace plumb::schema
