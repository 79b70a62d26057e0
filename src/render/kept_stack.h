// Kept stacks: the text by which schema::Names tells a stack, and which recordings hold.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "render/stacks.h"

namespace plumb::render {

// `[…],"stack_end":"complete"`: what stands behind `"stack":` in JSON (stack_json.h).
std::string kept_stack(const Stack& stack);
// The same behind `"NAME":`, for stacks of another name.
std::string renamed_kept(std::string_view kept, std::string_view name);
// An error where a text is none, as one of a damaged recording may be.
Result<Stack> stack_of_kept(std::string_view kept);

// Its frames for people, a line each, innermost first, and why it ends where that is not the
// outermost; "" without a stack. `heading`: what stands above them, as between stacks that are
// joined; may be "". `columns` of the terminal; 0: there is none.
std::string stack_lines(std::string_view kept, std::string_view heading, uint32_t columns);

}  // namespace plumb::render
