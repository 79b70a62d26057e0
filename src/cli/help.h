// Help: the commands and flags as text for people.
#pragma once
#include <string>
#include <string_view>

#include "cli/cli.h"

namespace plumb::cli {

std::string help_of_all();
// Of one command; with `tracers`, of tracing with these.
std::string help_of(const Command& command, const Words& tracers = {});

// "-p, --pid PID,...", "--[no-]follow".
std::string title_of(const Flag& flag);
// What `plumb NAME` is called, with what follows: "plumb show FILE [options]".
std::string synopsis_of(const Command& command);

// roff, for man(1).
std::string manual();

}  // namespace plumb::cli
