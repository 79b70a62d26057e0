// The lines of /proc/kallsyms, one after the other: it has some hundred thousand.
#pragma once
#include <functional>
#include <string_view>

#include "base/fd.h"

namespace plumb::resolve {

// Until `take` says false, or a line is longer than any of that file.
void each_line(Fd file, const std::function<bool(std::string_view line)>& take);

}  // namespace plumb::resolve
