// A report for people and for programs. Pure.
#pragma once
#include <string>

#include "doctor/check.h"

namespace plumb::doctor {

// Groups of aligned lines, 80 columns wide. Checks that are well and have nothing to say share
// lines, as do those that are missing for the same reason.
std::string as_text(const Report& report);

// One object: {"kernel":...,"checks":[...],"can_trace":...}.
std::string as_json(const Report& report);

}  // namespace plumb::doctor
