// plumb list: what the tracers see, as their own BTF and comments say.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/cli.h"
#include "kernel/tracer.h"
#include "schema/describe.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

using nlohmann::ordered_json;

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
                      {"doc", f.doc}});
  for (const schema::Knob& k : tracer.schema().knobs)
    knobs.push_back({{"name", k.name},
                     {"type", schema::type_name(k.type)},
                     {"default", k.fallback},
                     {"doc", k.type.doc}});
  for (const kernel::Hook& h : tracer.hooks())
    hooks.push_back({{"section", h.section},
                     {"purpose", h.purpose},
                     {"in_use", h.chosen},
                     {"refusal", h.refusal}});
  const kernel::About& about = tracer.about();
  return {{"name", tracer.name()},       {"event", tracer.schema().event.doc},
          {"question", about.question},  {"reasons", about.reasons},
          {"cost", about.cost},          {"blind", about.blind},
          {"fields", std::move(fields)}, {"knobs", std::move(knobs)},
          {"hooks", std::move(hooks)}};
}

void print_fields(const schema::Event& event) {
  fmt::print("\nFields\n");
  for (const schema::Field& f : event.fields)
    fmt::print("  {:<16} {:<11} {}{}\n", f.path, schema::type_name(f), f.doc,
               f.privacy == schema::Privacy::open
                   ? ""
                   : fmt::format(" [{}]", schema::privacy_name(f.privacy)));
}

void print_hooks(const kernel::Tracer& tracer) {
  fmt::print("\nHooks\n");
  for (const kernel::Hook& h : tracer.hooks())
    fmt::print("  {} {:<38} {}{}\n", h.chosen ? "*" : " ", h.section, h.purpose,
               h.refusal.empty() ? "" : ": " + h.refusal);
  fmt::print("  * in use on this kernel\n");
}

void print(const kernel::Tracer& tracer) {
  const kernel::About& about = tracer.about();
  fmt::print("{}: {}\n", tracer.name(), about.question);
  if (!about.reasons.empty()) fmt::print("\n{}\n", about.reasons);
  fmt::print("\nCost:  {}\nBlind: {}\n", about.cost, about.blind);
  print_fields(tracer.schema().event);
  if (!tracer.schema().knobs.empty()) fmt::print("\nKnobs\n");
  for (const schema::Knob& k : tracer.schema().knobs)
    fmt::print("  --{:<14} {:<11} {} (default {})\n", k.name, schema::type_name(k.type), k.type.doc,
               k.fallback);
  print_hooks(tracer);
}

Result<int> list_one(const std::string& name, bool json) {
  kernel::Tracer tracer = TRY(session::open_tracer(name));
  // hooks that cannot be had are shown as such; that is no failure here
  [[maybe_unused]] const bool any = static_cast<bool>(kernel::choose_hooks(tracer));
  if (json)
    fmt::print("{}\n", json_of(tracer).dump(2));
  else
    print(tracer);
  return 0;
}

}  // namespace

Result<int> list(const Words& words) {
  std::string name;
  bool json = false;
  for (const std::string& word : words) {
    if (word == "--json")
      json = true;
    else if (name.empty() && !word.starts_with("-"))
      name = word;
    else
      return misuse("list: unknown word '" + word + "'", "plumb list [TRACER] [--json]");
  }
  if (!name.empty()) return list_one(name, json);
  ordered_json all = ordered_json::array();
  for (const std::string& each : session::tracer_names()) {
    kernel::Tracer tracer = TRY(session::open_tracer(each));
    if (json)
      all.push_back(json_of(tracer));
    else
      fmt::print("{:<16} {}\n", each, tracer.about().question);
  }
  if (json) fmt::print("{}\n", all.dump(2));
  return 0;
}

}  // namespace plumb::cli
