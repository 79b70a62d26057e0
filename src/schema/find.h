// Where an object's BTF says that a struct is its event and a variable a knob.
#pragma once
#include <cstdint>
#include <string_view>

#include "schema/btf.h"

namespace plumb::schema {

constexpr std::string_view event_tag = "event:";  // followed by its sentence
constexpr std::string_view knob_tag = "knob:";    // followed by its sentence

// The id of the one struct that is tagged as the event.
Result<uint32_t> find_event(const Btf& btf);

}  // namespace plumb::schema
