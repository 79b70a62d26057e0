// How many files plumb may have open: a place that is probed is two of them where the kernel does
// not take many at once (before 6.6), and shells give 1,024.
#pragma once

namespace plumb::session {

// As many as the machine's owner allows (the hard limit of getrlimit(2)).
void raise_open_files();
// Back to what plumb was started with, for the program that it starts. Async-signal-safe.
void give_back_open_files();

}  // namespace plumb::session
