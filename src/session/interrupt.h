// What ends a run from outside: Ctrl-C and its like.
#pragma once

namespace plumb::session {

// The first of SIGINT, SIGTERM and SIGHUP ends a run in order, the next one at once. The end of a
// child ends a wait.
void install_signals();
bool is_interrupted();

}  // namespace plumb::session
