// Doctor: what this machine allows plumb, what is missing, what that costs and how to get it.
//
// Everything is tried, nothing concluded from a version. It works without any privilege, takes a
// second at most, and leaves nothing behind but the log of a tracer that the verifier refused.
#pragma once
#include "doctor/check.h"

namespace plumb::doctor {

Report examine();

std::string running_kernel();

}  // namespace plumb::doctor
