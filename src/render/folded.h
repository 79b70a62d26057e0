// Folded stacks: a line for each, as scripts for flame graphs read them.
#pragma once
#include <string>

#include "render/stacks.h"

namespace plumb::render {

// "python3 4242;main (app.py);read;ksys_read_[k] 12\n": from the outermost to the innermost, and
// the value. Each stack once, in the order of their text. What a ';' would split has ':' in its
// place. Functions of the kernel end in "_[k]", code that was made at run time in "_[j]".
std::string folded(const Profile& profile);

}  // namespace plumb::render
