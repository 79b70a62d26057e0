#include "doctor/uses.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace plumb::doctor {
namespace {

std::string kind_of(const kernel::Hook& hook) {
  return hook.section.substr(0, hook.section.find('/'));
}

std::string names(const std::vector<std::string>& tracers) {
  constexpr size_t most = 6;
  if (tracers.size() > most) return fmt::format("{} of the tracers", tracers.size());
  return fmt::format("{}", fmt::join(tracers, ", "));
}

}  // namespace

void add_uses(UsesByKind& uses, const std::string& tracer, const std::vector<kernel::Hook>& hooks) {
  std::map<std::string, std::set<std::string>> kinds_for;  // by purpose
  std::set<std::string> kinds, sole;
  for (const kernel::Hook& hook : hooks) {
    kinds.insert(kind_of(hook));
    kinds_for[hook.purpose].insert(kind_of(hook));
  }
  for (const auto& [purpose, serving] : kinds_for)
    if (serving.size() == 1) sole.insert(*serving.begin());
  for (const std::string& kind : kinds)
    (sole.contains(kind) ? uses[kind].stand_on : uses[kind].may_do_without).push_back(tracer);
}

std::string cost_without(const UsesByKind& uses, std::string_view kind) {
  const auto found = uses.find(kind);
  if (found == uses.end()) return "nothing today: no tracer uses it";
  std::string text;
  if (const auto& tracers = found->second.stand_on; !tracers.empty())
    text = names(tracers) + ": not seen, or not all of it";
  if (const auto& tracers = found->second.may_do_without; !tracers.empty())
    text += fmt::format("{}{}: seen by other kinds of program, which may cost more",
                        text.empty() ? "" : "; ", names(tracers));
  return text;
}

std::string remedy_for_hooks(const std::vector<kernel::Hook>& hooks) {
  std::set<std::string> served;
  for (const kernel::Hook& hook : hooks)
    if (hook.chosen) served.insert(hook.purpose);
  std::vector<std::pair<std::string, std::vector<std::string>>> remedies;  // with their kinds
  for (const kernel::Hook& hook : hooks) {
    if (hook.remedy.empty() || served.contains(hook.purpose)) continue;
    auto known =
        std::ranges::find(remedies, hook.remedy, [](const auto& each) { return each.first; });
    if (known == remedies.end()) known = remedies.insert(remedies.end(), {hook.remedy, {}});
    if (std::ranges::find(known->second, kind_of(hook)) == known->second.end())
      known->second.push_back(kind_of(hook));
  }
  std::string text;
  for (const auto& [remedy, kinds] : remedies)
    text += fmt::format("{}for {}: {}", text.empty() ? "" : "; ", fmt::join(kinds, ", "), remedy);
  return text;
}

}  // namespace plumb::doctor
