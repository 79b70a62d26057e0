// What a tracepoint's record has in it: events/CATEGORY/NAME/format of tracefs
// (Documentation/trace/events.rst, "Event formats").
#pragma once
#include <string_view>
#include <vector>

#include "probe/context_value.h"

namespace plumb::probe {

// In the record's order, without the header that all have (common_type, ...) and the number of a
// system call, which its tracepoint's name says. Lines that are no fields are passed over; so is a
// field that lies outside of 64 KiB.
//
// An array of characters is text, any other is bytes. So is "const char *", but where a size_t
// follows: that is a buffer, and may have no end; it is an address like any other pointer. A system
// call's arguments fill a register each, of which counts what their type says; texts are in the
// caller's memory.
std::vector<ContextField> trace_fields(std::string_view format);

}  // namespace plumb::probe
