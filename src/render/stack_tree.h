// A profile as a tree of calls, for terminals and files.
#pragma once
#include <cstdint>
#include <string>

#include "render/stacks.h"
#include "render/style.h"

namespace plumb::render {

struct StackTreeStyle {
  TableStyle table;
  uint32_t least_ppm = 5'000;  // of the whole: branches with less are told together, "… 3 more"
};

// A line for each call from the outermost on, with its share of the whole and its value. Calls are
// indented where there are several to choose from; below a line without numbers it is as above. A
// value of a call's own is a line "(self)" beside what it calls. Where the code is follows in
// brackets where that is another file than the line's above; of a line "app.py:12…" there are
// others.
//
// With `before`, the share that each call had there stands beside its own, and calls that only that
// one has are shown too.
std::string stack_tree(const Profile& profile, const StackTreeStyle& style,
                       const Profile* before = nullptr);

}  // namespace plumb::render
