// Where the calls of a function return: its ret instructions, for who may not exchange the return
// address.
#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "probe/bytes.h"
#include "probe/functions.h"

namespace plumb::probe {

// Offsets in the file, those of its cold part included, which compilers put elsewhere under its
// name and ".cold". The error says why they do not tell each return: the function may end by a jump
// to another one, and has returned when that one does. `all` are functions_of's. `has_tables`:
// jumps whose target is not in the code stay in the function, as those of Go's compiler do.
Result<std::vector<uint64_t>> ends_of(const Function& function, const std::vector<Function>& all,
                                      const Bytes& bytes, bool has_tables);

}  // namespace plumb::probe
