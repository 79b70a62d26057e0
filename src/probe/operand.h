// Operands as assemblers write them. Each parser fills its part of the argument, and says whether
// the text is an operand that it knows; what it filled in before it gave up means nothing.
#pragma once
#include <string_view>

#include "probe/argument.h"

namespace plumb::probe {

// AT&T's form: "$-1", "%al", "-8(%rbp)", "x+4(%rip)", "(%rax,%rbx,8)", "%fs:16".
bool parse_x86(std::string_view text, Argument& argument);
// "x0", "31", "[sp, 16]", "[x0, x1]".
bool parse_aarch64(std::string_view text, Argument& argument);

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number with its sign, decimal or 0x; up to 64 bits, of which the highest may be the sign.
bool parse_number(std::string_view text, int64_t& out);

// Whether the machine has a register of this name (without %).
bool is_x86_register(std::string_view name);
bool is_aarch64_register(std::string_view name);
// Whether `name` is `prefix`, a decimal number up to `last` without leading zeros, and `suffix`.
bool is_numbered(std::string_view name, std::string_view prefix, uint32_t last,
                 std::string_view suffix = {});

}  // namespace plumb::probe
