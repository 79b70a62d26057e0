#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "cli/options.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

constexpr size_t page_width = 80;
constexpr size_t title_width = 24;

// `title` on the left, `text` in lines beside it.
std::string entry(const std::string& title, const std::string& text, size_t width = title_width) {
  std::string shown = fmt::format("  {:<{}}", title, width);
  if (title.size() >= width) shown += "\n" + std::string(width + 2, ' ');
  size_t column = width + 2;
  for (const std::string& word : split(text, ' ')) {
    if (column > width + 2 && column + 1 + word.size() > page_width) {
      shown += "\n" + std::string(width + 2, ' ');
      column = width + 2;
    }
    const bool first = column == width + 2;
    shown += (first ? "" : " ") + word;
    column += word.size() + (first ? 0 : 1);
  }
  return shown + "\n";
}

std::string text_of(const std::vector<FlagGroup>& groups) {
  std::string text;
  for (const FlagGroup& group : groups) {
    text += "\n" + group.title + "\n";
    for (const Flag& flag : group.flags) text += entry(title_of(flag), flag.help);
  }
  return text;
}

std::string text_of(const std::vector<Example>& examples) {
  if (examples.empty()) return {};
  std::string text = "\nExamples\n";
  for (const Example& each : examples)
    text += fmt::format("  plumb {}\n      {}\n", each.words, each.what);
  return text;
}

// Examples that fit any tracer, with a field of its own.
std::string examples_with(const kernel::Tracer& tracer) {
  std::string key;
  for (const schema::Field& field : tracer.schema().event.fields)
    if (field.key && key.empty() && field.is_text()) key = field.leaf();
  const std::string& name = tracer.name();
  std::string text = "\nExamples\n";
  text += entry("plumb " + name + " -- make", "of make and all that it starts", 38);
  text += entry("plumb " + name + " -p 1234 --json", "of one process, for a program to read", 38);
  if (!key.empty())
    text += entry("plumb " + name + " --by " + key + " --every 1s", "counted, each second", 38);
  return text;
}

}  // namespace

std::string title_of(const Flag& flag) {
  std::string title = flag.letter.empty() ? "" : flag.letter + ", ";
  title += flag.negatable ? "--[no-]" + flag.name.substr(2) : flag.name;
  if (flag.may_lack_value) return title + "[=" + flag.value + "]";
  return title + (flag.value.empty() ? "" : " " + flag.value);
}

std::string synopsis_of(const Command& command) {
  return fmt::format("plumb {}{}{}", command.name, *command.name ? " " : "", command.usage);
}

std::string help_of_all() {
  std::string text = "plumb follows a slow moment down to the thing it waited for.\n\n";
  for (const Command& each : commands()) text += entry(synopsis_of(each), each.summary, 34);
  text += "\nTracers\n";
  for (const std::string& name : session::tracer_names())
    if (auto tracer = session::open_tracer(name); tracer)
      text += entry(name, tracer->about().question, 14);
  text += text_of(commands()[0].examples);
  return text + "\nplumb TRACER --help and plumb COMMAND --help show their options.\n";
}

std::string help_of(const Command& command, const Words& tracers) {
  session::Request nobody;
  std::vector<FlagGroup> groups = command.flags();
  std::string title = command.summary, examples = text_of(command.examples),
              usage = synopsis_of(command);
  if (!tracers.empty()) {
    for (FlagGroup& group : knob_flags(nobody, tracers))
      groups.insert(groups.begin(), std::move(group));
    auto tracer = session::open_tracer(tracers[0]);
    if (tracer && !*command.name) {
      title = tracers.size() == 1 ? tracer->about().question
                                  : fmt::format("{}", fmt::join(tracers, ", "));
      examples = examples_with(*tracer);
      usage = fmt::format("plumb {} [options] [-- COMMAND ARG...]", fmt::join(tracers, ","));
    }
  }
  return fmt::format("{}\n\n{}\n{}{}", usage, title, text_of(groups), examples);
}

}  // namespace plumb::cli
