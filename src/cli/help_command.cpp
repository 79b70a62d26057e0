// plumb help: what is called how, as text or as a manual page.
#include "base/print.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/values.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

std::vector<FlagGroup> help_flags(bool& manual) {
  return {{"Output", {{"--man", "", "the whole manual as roff: man -l FILE", into(manual)}}}};
}

// A command or a tracer; without either, all of them.
Result<std::string> help_about(const std::string& what) {
  if (what.empty()) return help_of_all();
  for (const Command& each : commands())
    if (what == each.name) return help_of(each);
  TRY(session::open_tracer(what));
  return help_of(commands()[0], {what});
}

}  // namespace

std::vector<FlagGroup> help_flags() {
  static bool nobody;
  return help_flags(nobody);
}

Result<int> help(const Words& words) {
  bool as_manual = false;
  const Taken taken = TRY(take_flags(words, help_flags(as_manual), "plumb help"));
  const std::string what = taken.help ? "help" : taken.plain.empty() ? "" : taken.plain[0];
  if (as_manual) {
    TRY(print(manual()));
    return 0;
  }
  const std::string text = TRY(help_about(what));
  TRY(print(text));
  return 0;
}

}  // namespace plumb::cli
