// A profile as speedscope and what else reads its files show it.
#pragma once
#include <string>

#include "render/stacks.h"

namespace plumb::render {

// JSON of one profile of the type "sampled" (its schema is named in the file). Parts of the root
// are frames above the others; a function is a frame for each of its lines.
std::string speedscope(const Profile& profile);

}  // namespace plumb::render
