#include "cli/markdown.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "cli/help.h"
#include "cli/options.h"
#include "schema/describe.h"

namespace plumb::cli {
namespace {

// As the text of a table's cell.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*') safe += '\\';
    safe += c;
  }
  return safe;
}

// Lines that a tab begins are code.
std::string with_code(const std::string& text) {
  std::string marked;
  bool inside = false;
  const auto fence = [&](bool begins) {
    if (begins != inside) marked += begins ? "\n```c\n" : "```\n\n";
    inside = begins;
  };
  for (const std::string& line : split(text, '\n')) {
    fence(line.starts_with('\t'));
    marked += line.substr(inside ? 1 : 0) + "\n";
  }
  fence(false);
  return marked;
}

std::string type_of(const schema::Field& field) {
  std::string type(schema::type_name(field));
  if (field.names)
    for (const auto& [value, name] : field.names->values) type += " " + name;
  return type;
}

// How it groups, whether tables leave it out, and what it could reveal.
std::string notes_on(const schema::Field& field) {
  std::vector<std::string> notes;
  if (field.key) notes.emplace_back("key");
  if (field.detail)
    notes.emplace_back(field.on_request ? "on request" : field.wide ? "wide" : "detail");
  if (field.privacy != schema::Privacy::open)
    notes.emplace_back(schema::privacy_name(field.privacy));
  std::string text;
  for (const std::string& note : notes) text += (text.empty() ? "" : ", ") + note;
  return text;
}

std::string fields_of(const schema::Event& event) {
  std::string text =
      "\n## Fields\n\n| field | in JSON | type | what it is | notes |\n|---|---|---|---|---|\n";
  for (const schema::Field& field : event.fields)
    text += fmt::format("| `{}` | `{}` | {} | {} | {} |\n", field.path, field.json_leaf(),
                        cell(type_of(field)), cell(field.doc), notes_on(field));
  return text +
         fmt::format(
             "\nkey: a natural thing to group by. detail: not in the default table, always in "
             "JSON. on request: in nothing that does\nnot name it, as --stack does. wide: a detail "
             "on\nterminals of less than {} columns. The other words are "
             "classes of [privacy](../privacy.md).\n",
             schema::roomy_columns);
}

std::string flags_of(const std::string& tracer) {
  session::Request nobody;
  std::string text;
  for (const FlagGroup& group : knob_flags(nobody, {tracer}))
    for (const Flag& flag : group.flags)
      text += fmt::format("| `{}` | {} |\n", title_of(flag), cell(flag.help));
  return text.empty() ? "" : "\n## Flags\n\n| flag | what it does |\n|---|---|\n" + text;
}

std::string hooks_of(const kernel::Tracer& tracer) {
  std::string text = "\n## Hooks\n\n| hook | for |\n|---|---|\n";
  for (const kernel::Hook& hook : tracer.hooks())
    text += fmt::format("| `{}` | {} |\n", hook.section, cell(hook.purpose));
  return text +
         "\nOf those for one purpose the first that the kernel allows is used; `plumb list " +
         tracer.name() + "` says which.\n";
}

}  // namespace

std::string markdown_of(const kernel::Tracer& tracer) {
  const kernel::About& about = tracer.about();
  std::string text = fmt::format("# {}\n\n{}\n", tracer.name(), about.question);
  if (!about.reasons.empty()) text += "\n" + with_code(about.reasons);
  text += fmt::format("\n- Cost: {}\n- Blind: {}\n", about.cost, about.blind);
  return text + fields_of(tracer.schema().event) + flags_of(tracer.name()) + hooks_of(tracer);
}

}  // namespace plumb::cli
