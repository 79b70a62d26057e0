// Stacks as JSON, and back: what `--json` prints of them is also what recordings keep.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "render/stacks.h"

namespace plumb::render {

// An array of objects, innermost first:
// [{"kind":"user","function":"read","file":null,"line":null,"module":"libc.so.6","offset":4660},…]
// Of an inlined function's: "inlined":true. What is not known is null. A text that is not UTF-8 has
// a sibling "function_escaped":true.
std::string stack_array(const Stack& stack);

// `"stack":[…],"stack_end":"complete"`, members of an object.
std::string stack_members(const Stack& stack);

constexpr size_t most_stack_bytes = 4 << 20;  // of such an array
constexpr size_t most_stack_frames = 4096;

// What stack_array wrote, exactly; members that are not known to it are passed over. An error for
// what is longer, no such array, or no JSON.
Result<Stack> parse_stack(std::string_view array, std::string end);

}  // namespace plumb::render
