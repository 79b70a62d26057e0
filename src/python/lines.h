// Lines of Python code, from the tables in code objects. Three forms: co_lnotab (PEP 626 describes
// it, and the second), co_linetable of 3.10, and that of 3.11 and later (Objects/locations.md in
// CPython).
#pragma once
#include <cstdint>
#include <string_view>

namespace plumb::python {

enum class LineForm : uint8_t { offsets, ranges, locations };

// Of 3.`minor`.
LineForm line_form(int minor);

// The line of what is at `position`: bytes for offsets, units of two bytes for the others, as
// frames tell it. 0: none, or the table ends before.
uint32_t line_at(LineForm form, std::string_view table, uint32_t first_line, uint32_t position);

}  // namespace plumb::python
