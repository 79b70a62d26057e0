// A profile as a page: a flame graph to look into with a browser, alone in one file.
#pragma once
#include <string>

#include "render/stacks.h"

namespace plumb::render {

// HTML that needs nothing else and asks no network for anything. With `before`, how the share of
// each call has changed since that profile: red has grown, blue has shrunk.
std::string flame_page(const Profile& profile, const Profile* before = nullptr);

}  // namespace plumb::render
