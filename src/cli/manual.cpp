// The manual page, from the same data as the help.
#include <fmt/format.h>

#include "cli/help.h"
#include "cli/options.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

// Text that roff takes for nothing else: a leading dot or quote is a request, quotes
// group arguments, a dash is a hyphen.
std::string literal(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else if (c == '\'')
      safe += "\\(aq";
    else if (c == '"')
      safe += "\\(dq";
    else
      safe += c;
  }
  return safe.starts_with('.') ? "\\&" + safe : safe;
}

std::string paragraph(std::string_view title, std::string_view text) {
  return fmt::format(".TP\n.B {}\n{}\n", literal(title), literal(text));
}

std::string section(std::string_view title) { return fmt::format(".SH {}\n", title); }

std::string options() {
  std::string text = section("OPTIONS");
  session::Request nobody;
  std::vector<FlagGroup> groups = commands()[0].flags();
  for (const Command& each : commands()) {
    if (!*each.name) continue;
    for (FlagGroup& group : each.flags()) {
      std::erase_if(group.flags, [&](const Flag& flag) {
        for (const FlagGroup& told : groups)
          for (const Flag& other : told.flags)
            if (other.name == flag.name && other.help == flag.help) return true;
        return false;
      });
      if (group.flags.empty()) continue;
      group.title = fmt::format("{} (plumb {})", group.title, each.name);
      groups.push_back(std::move(group));
    }
  }
  for (const FlagGroup& group : groups) {
    text += fmt::format(".SS {}\n", literal(group.title));
    for (const Flag& flag : group.flags) text += paragraph(title_of(flag), flag.help);
  }
  return text;
}

std::string tracers() {
  std::string text = section("TRACERS");
  for (const std::string& name : session::tracer_names()) {
    auto tracer = session::open_tracer(name);
    if (!tracer) continue;
    text += paragraph(name, tracer->about().question);
    session::Request nobody;
    for (const FlagGroup& group : knob_flags(nobody, {name}))
      for (const Flag& flag : group.flags)
        text += fmt::format(".RS\n{}.RE\n", paragraph(title_of(flag), flag.help));
  }
  return text + ".PP\nplumb list TRACER shows its fields, hooks, cost and blind spots.\n";
}

std::string examples() {
  std::string text = section("EXAMPLES");
  for (const Command& command : commands())
    for (const Example& each : command.examples)
      text += paragraph(fmt::format("plumb {}", each.words), each.what);
  return text;
}

}  // namespace

std::string manual() {
  std::string text = fmt::format(".TH PLUMB 1 \"\" \"plumb {}\"\n", literal(version()));
  text += section("NAME") +
          "plumb \\- follows a slow moment down to the thing it waited for, with eBPF\n";
  text += section("SYNOPSIS");
  for (const Command& each : commands()) text += ".br\n" + literal(synopsis_of(each)) + "\n";
  text += section("COMMANDS");
  for (const Command& each : commands())
    text += paragraph(*each.name ? each.name : "TRACER", each.summary);
  text += options() + tracers() + section("EXIT STATUS");
  for (const Status& each : statuses()) text += paragraph(each.number, each.meaning);
  return text + examples();
}

}  // namespace plumb::cli
