// Doctor: what this machine allows plumb, what is missing, what that costs and how to get it.
//
// Everything is tried, nothing concluded from a version. It works without any privilege, leaves
// nothing behind and takes a fraction of a second.
#pragma once
#include "doctor/check.h"

namespace plumb::doctor {

Report examine();

}  // namespace plumb::doctor
