#include "render/call_tree.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace plumb::render {
namespace {

class CallTreeMaker {
 public:
  CallTreeMaker() {
    tree_.names.push_back({.text = "total"});
    tree_.nodes.emplace_back();
  }

  void add(const StackGroup& group, size_t which) {
    uint32_t at = 0;
    for (const CallStep& step : steps_of(group)) {
      at = child_of(at, name_for(step));
      if (step.frame == nullptr || step.frame->line == 0) continue;
      uint64_t& seen = lines_[pair_of(at, step.frame->line)];
      seen = sum_of(seen, group.value);
    }
    uint64_t& self = tree_.nodes[at].self.at(which);
    self = sum_of(self, group.value);
  }

  CallTree take() {
    choose_lines();
    add_up();
    sort_children();
    return std::move(tree_);
  }

 private:
  static uint64_t pair_of(uint32_t high, uint32_t low) { return uint64_t{high} << 32 | low; }

  uint32_t name_for(const CallStep& step) {
    constexpr std::string_view end("\0", 1);
    std::string key(1, static_cast<char>(step.kind));
    key += step.name;
    if (const StackFrame* frame = step.frame) {
      key += end;
      key += static_cast<char>(frame->kind);
      key.append(frame->module).append(end).append(frame->file);
    }
    const auto next = static_cast<uint32_t>(tree_.names.size());
    const auto [found, is_new] = names_.emplace(std::move(key), next);
    if (is_new) tree_.names.push_back(new_name(step));
    return found->second;
  }

  static CallName new_name(const CallStep& step) {
    CallName name{.kind = step.kind, .text = harmless(step.name)};
    if (const StackFrame* frame = step.frame) {
      name.frame_kind = frame->kind;
      name.module = harmless(frame->module);
      name.file = harmless(frame->file);
      name.place = harmless(place_of(*frame));
    }
    return name;
  }

  uint32_t child_of(uint32_t parent, uint32_t name) {
    const auto next = static_cast<uint32_t>(tree_.nodes.size());
    const auto [found, is_new] = children_.emplace(pair_of(parent, name), next);
    if (is_new) {
      tree_.nodes.push_back({.name = name, .parent = parent});
      tree_.nodes[parent].children.push_back(next);
    }
    return found->second;
  }

  void choose_lines() {
    std::unordered_map<uint32_t, uint64_t> most;
    for (const auto& [pair, value] : lines_) {
      const auto at = static_cast<uint32_t>(pair >> 32), line = static_cast<uint32_t>(pair);
      CallNode& node = tree_.nodes[at];
      uint64_t& best = most[at];
      const bool is_first = node.line == 0;
      node.other_lines = !is_first;
      if (!is_first && (value < best || (value == best && line > node.line))) continue;
      node.line = line;
      best = value;
    }
  }

  void add_up() {
    for (size_t at = tree_.nodes.size(); at-- > 0;) {
      CallNode& node = tree_.nodes[at];
      for (size_t i = 0; i < node.self.size(); i++) {
        node.total[i] = sum_of(node.total[i], node.self[i]);
        uint64_t& above = tree_.nodes[node.parent].total[i];
        if (at != 0) above = sum_of(above, node.total[i]);
      }
    }
  }

  void sort_children() {
    const auto order = [&](uint32_t index) {
      const CallNode& node = tree_.nodes[index];
      return std::tuple(~node.total[0], ~node.total[1], std::string_view(tree_.name_of(node).text),
                        node.name);
    };
    for (CallNode& node : tree_.nodes) std::ranges::sort(node.children, {}, order);
  }

  CallTree tree_;
  std::unordered_map<std::string, uint32_t> names_;
  std::unordered_map<uint64_t, uint32_t> children_;  // by parent and name
  std::unordered_map<uint64_t, uint64_t> lines_;     // by node and line: how much was there
};

}  // namespace

CallTree call_tree(const Profile& profile, const Profile* before) {
  CallTreeMaker maker;
  for (const StackGroup& group : profile.groups) maker.add(group, 0);
  if (before != nullptr)
    for (const StackGroup& group : before->groups) maker.add(group, 1);
  return maker.take();
}

}  // namespace plumb::render
