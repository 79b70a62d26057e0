// plumb help: what is called how, as text or as a manual page.
#include <fmt/format.h>

#include <algorithm>

#include "cli/help.h"
#include "cli/options.h"
#include "cli/values.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

std::vector<FlagGroup> flags_into(bool& manual) {
  return {{"Output", {{"--man", "", "the whole manual as roff: man -l FILE", into(manual)}}}};
}

}  // namespace

std::vector<FlagGroup> help_flags() {
  static bool nobody;
  return flags_into(nobody);
}

Result<int> help(const Words& words) {
  bool as_manual = false;
  const Taken taken = TRY(take_flags(words, flags_into(as_manual), "plumb help"));
  const std::string what = taken.help ? "help" : taken.plain.empty() ? "" : taken.plain[0];
  if (as_manual) {
    fmt::print("{}", manual());
    return 0;
  }
  if (what.empty()) {
    fmt::print("{}", help_of_all());
    return 0;
  }
  for (const Command& each : commands()) {
    if (what != each.name) continue;
    fmt::print("{}", help_of(each));
    return 0;
  }
  TRY(session::open_tracer(what));
  fmt::print("{}", help_of(commands()[0], {what}));
  return 0;
}

}  // namespace plumb::cli
