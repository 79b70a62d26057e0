// CallTree: the stacks of a profile joined where they begin alike, and beside it those of another.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "render/stacks.h"

namespace plumb::render {

// Of the profile, and of the one that it is compared with.
using CallValues = std::array<uint64_t, 2>;

// What a node is called. All texts are harmless.
struct CallName {
  CallStep::Kind kind = CallStep::Kind::root;
  FrameKind frame_kind = FrameKind::user;  // of a frame
  std::string text;
  std::string module;
  std::string file;
  std::string place;  // where it is, shortly
};

struct CallNode {
  uint32_t name = 0;    // in CallTree::names
  uint32_t parent = 0;  // in CallTree::nodes
  CallValues self{};    // of stacks that end here
  CallValues total{};   // and of those that go on
  uint32_t line = 0;    // of the file, that of most of it; 0: not known
  bool other_lines = false;
  std::vector<uint32_t> children;  // by their totals, then their names
};

struct CallTree {
  std::vector<CallName> names;
  std::vector<CallNode> nodes;  // the first is above all stacks; parents come before their children

  const CallName& name_of(const CallNode& node) const { return names[node.name]; }
};

// Frames are one where their kinds, names, modules and files are; lines may differ.
CallTree call_tree(const Profile& profile, const Profile* before = nullptr);

}  // namespace plumb::render
