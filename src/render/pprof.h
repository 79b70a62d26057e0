// A profile as `go tool pprof` and its relatives read it.
#pragma once
#include <string>

#include "render/stacks.h"

namespace plumb::render {

// profile.proto (github.com/google/pprof/tree/main/proto), gzipped. Samples have their value, and
// where that was sampled by time also the time; parts of the root are their labels "root", so that
// `-tagroot root` has them above all frames. An address is the offset in the file of its mapping.
std::string pprof(const Profile& profile);

}  // namespace plumb::render
