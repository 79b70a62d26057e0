// Page: text for people, as wide as the terminal that shows it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace plumb {

// The columns of the terminal that `fd` is; 0: it is none.
size_t terminal_columns(int fd);

// Each line of more than `columns`, as a terminal counts them, is broken at blanks; what follows
// begins at `indent`. Lines that begin with a tabulator are drawn and stay as they are; with 0
// columns all do.
std::string fold(std::string_view page, size_t indent, size_t columns);

}  // namespace plumb
