// What of this program is in memory.
#pragma once

namespace plumb {

// Gives back the read-only parts of this program and of its libraries, which are in memory as in
// their files: what is needed again comes back, what only the start needed does not. To be called
// when that is over; it is only a hint, which nothing depends on.
void give_back_files();

}  // namespace plumb
