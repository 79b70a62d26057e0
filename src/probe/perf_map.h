// perf-PID.map, in which node, the JVM, Python and others tell where their code lies (the kernel's
// tools/perf/Documentation/jit-interface.txt).
#pragma once
#include <cstddef>
#include <string_view>

#include "probe/code_map.h"

namespace plumb::probe {

// Lines "BEGIN SIZE NAME", the numbers hexadecimal; others are passed over. How many bytes whole
// lines take: what is behind them may still be written.
size_t take_perf_map(std::string_view text, CodeMap& map);

}  // namespace plumb::probe
