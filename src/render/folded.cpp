#include "render/folded.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace plumb::render {
namespace {

std::string folded_name(const CallStep& step) {
  std::string name = harmless(step.name);
  if (step.is(FrameKind::python)) name += fmt::format(" ({})", harmless(place_of(*step.frame)));
  if (step.is(FrameKind::kernel)) name += "_[k]";
  if (step.is(FrameKind::jit)) name += "_[j]";
  std::ranges::replace(name, ';', ':');
  return name;
}

}  // namespace

std::string folded(const Profile& profile) {
  std::map<std::string, uint64_t> stacks;
  for (const StackGroup& group : profile.groups) {
    std::string stack;
    for (const CallStep& step : steps_of(group)) {
      if (!stack.empty()) stack += ';';
      stack += folded_name(step);
    }
    uint64_t& value = stacks[stack];
    value = sum_of(value, group.value);
  }
  std::string lines;
  for (const auto& [stack, value] : stacks) lines += fmt::format("{} {}\n", stack, value);
  return lines;
}

}  // namespace plumb::render
