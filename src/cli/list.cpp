// plumb list: what the tracers see, as their own BTF and comments say.
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/page.h"
#include "base/print.h"
#include "cli/help.h"
#include "cli/markdown.h"
#include "cli/values.h"
#include "kernel/tracer.h"
#include "schema/describe.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

using nlohmann::ordered_json;

constexpr size_t type_width = 11, section_width = 38, knob_width = 14, name_width = 16;

ordered_json json_of(const kernel::Tracer& tracer) {
  ordered_json fields = ordered_json::array(), knobs = ordered_json::array(),
               hooks = ordered_json::array();
  for (const schema::Field& f : tracer.schema().event.fields)
    fields.push_back({{"name", f.path},
                      {"json", f.json_leaf()},
                      {"type", schema::type_name(f)},
                      {"privacy", schema::privacy_name(f.privacy)},
                      {"key", f.key},
                      {"detail", f.detail},
                      {"wide", f.wide},
                      {"on_request", f.on_request},
                      {"doc", f.doc}});
  for (const schema::Knob& k : tracer.schema().knobs)
    knobs.push_back({{"name", k.name},
                     {"type", schema::type_name(k.type)},
                     {"default", k.fallback},
                     {"doc", k.type.doc}});
  for (const kernel::Hook& h : tracer.hooks())
    hooks.push_back({{"section", h.section},
                     {"purpose", h.purpose},
                     {"in_use", h.unknown ? ordered_json() : ordered_json(h.chosen)},
                     {"refusal", h.refusal}});
  const kernel::About& about = tracer.about();
  ordered_json view;
  if (const schema::View& v = tracer.schema().event.view; !v.show.empty())
    view = {{"by", v.by}, {"show", v.show}};
  return {{"name", tracer.name()},      {"event", tracer.schema().event.doc},
          {"question", about.question}, {"reasons", about.reasons},
          {"cost", about.cost},         {"blind", about.blind},
          {"view", std::move(view)},    {"fields", std::move(fields)},
          {"knobs", std::move(knobs)},  {"hooks", std::move(hooks)}};
}

// In the columns of the terminal, where there is one; what does not fit goes on below its text.
std::string folded(std::string_view text, size_t indent) {
  return fold(text, indent, terminal_columns(STDOUT_FILENO));
}

std::string text_of(const schema::Event& event) {
  std::string text = "\nFields\n";
  size_t width = 0;
  for (const schema::Field& f : event.fields) width = std::max(width, f.path.size());
  for (const schema::Field& f : event.fields)
    text += fmt::format(
        "  {:<{}} {:<{}} {}{}\n", f.path, width, schema::type_name(f), type_width, f.doc,
        f.privacy == schema::Privacy::open ? ""
                                           : fmt::format(" [{}]", schema::privacy_name(f.privacy)));
  return folded(text, 2 + width + 1 + type_width + 1);
}

std::string text_of_hooks(const kernel::Tracer& tracer) {
  std::string text = "\nHooks\n";
  bool unknown = false;
  for (const kernel::Hook& h : tracer.hooks()) {
    unknown |= h.unknown;
    text +=
        fmt::format("  {} {:<{}} {}{}\n",
                    h.unknown  ? "?"
                    : h.chosen ? "*"
                               : " ",
                    h.section, section_width, h.purpose, h.refusal.empty() ? "" : ": " + h.refusal);
  }
  text = folded(text, 4 + section_width + 1);
  if (!unknown) return text + "  * in use on this kernel\n";
  return text +
         fmt::format(
             "  ? whether this kernel allows it, only root may try (or CAP_BPF and CAP_PERFMON):\n"
             "    sudo plumb list {}\n",
             tracer.name());
}

std::string text_of(const kernel::Tracer& tracer) {
  const kernel::About& about = tracer.about();
  std::string text = folded(fmt::format("{}: {}\n", tracer.name(), about.question), 2);
  if (!about.reasons.empty()) text += "\n" + folded(about.reasons, 0) + "\n";
  text += folded(fmt::format("\nCost:  {}\nBlind: {}\n", about.cost, about.blind), 7);
  if (const schema::View& view = tracer.schema().event.view; !view.show.empty())
    text += folded(fmt::format("\nShown by itself: --by {} --show '{}'; with --each every event\n",
                               view.by, view.show),
                   2);
  text += text_of(tracer.schema().event);
  if (!tracer.schema().knobs.empty()) text += "\nKnobs\n";
  for (const schema::Knob& k : tracer.schema().knobs) {
    const std::string fallback = schema::default_of(k);
    text += folded(
        fmt::format("  --{:<{}} {:<{}} {}{}\n", k.name, knob_width, schema::type_name(k.type),
                    type_width, k.type.doc, fallback.empty() ? "" : " (default " + fallback + ")"),
        4 + knob_width + 1 + type_width + 1);
  }
  return text + text_of_hooks(tracer);
}

struct Shape {
  bool json = false;
  bool markdown = false;
};

std::vector<FlagGroup> list_flags(Shape& shape) {
  return {{"Output",
           {{"--json", "", "all of it, for a program to read", into(shape.json)},
            {"--markdown", "", "the page of TRACER in docs/tracers", into(shape.markdown)}}}};
}

Result<kernel::Tracer> open_with_hooks(const std::string& name) {
  kernel::Tracer tracer = TRY(session::open_tracer(name));
  // hooks that cannot be had are shown as such; that is no failure here
  [[maybe_unused]] const bool any = static_cast<bool>(kernel::choose_hooks(tracer));
  return tracer;
}

// What a file says of itself may be any bytes, and must not steer a terminal.
std::string text_of(const ordered_json& json) {
  return json.dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

Result<std::string> about_one(const std::string& name, const Shape& shape) {
  if (shape.markdown) return markdown_of(TRY(session::open_tracer(name)));
  const kernel::Tracer tracer = TRY(open_with_hooks(name));
  return shape.json ? text_of(json_of(tracer)) : text_of(tracer);
}

Result<std::string> about_all(const Shape& shape) {
  if (shape.markdown) return misuse("list: of which tracer?", "plumb list TRACER --markdown");
  ordered_json all = ordered_json::array();
  std::string lines;
  for (const std::string& each : session::tracer_names()) {
    if (shape.json)
      all.push_back(json_of(TRY(open_with_hooks(each))));
    else
      lines += fmt::format("{:<{}} {}\n", each, name_width,
                           TRY(session::open_tracer(each)).about().question);
  }
  return shape.json ? text_of(all) : folded(lines, name_width + 1);
}

}  // namespace

std::vector<FlagGroup> list_flags() {
  static Shape nobody;
  return list_flags(nobody);
}

Result<int> list(const Words& words) {
  Shape shape;
  const Taken taken = TRY(take_flags(words, list_flags(shape), "plumb list"));
  if (taken.help) return help({"list"});
  if (taken.plain.size() > 1) return misuse("list: one tracer at a time");
  if (shape.json && shape.markdown) return misuse("list: --json or --markdown, not both");
  const std::string text =
      TRY(taken.plain.empty() ? about_all(shape) : about_one(taken.plain[0], shape));
  TRY(print(text));
  return 0;
}

}  // namespace plumb::cli
