#include "render/stack_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/utf8.h"
#include "render/call_tree.h"
#include "render/text_cell.h"

namespace plumb::render {
namespace {

constexpr size_t share_width = 6, least_value_width = 9;
constexpr size_t least_name = 24;  // columns that deep calls leave for names
constexpr size_t indentation = 2;

struct Branch {
  enum class Kind : uint8_t { call, self, more };
  Kind kind = Kind::call;
  uint32_t node = 0;  // in the tree; of self and more, that to which they belong
  size_t count = 0;   // of what is more
  CallValues values{};
  size_t depth = 0;       // of indentation
  bool is_alone = false;  // nothing else has a part of what is above it
};

class StackTreeWriter {
 public:
  StackTreeWriter(const Profile& profile, const StackTreeStyle& style, const Profile* before)
      : profile_(profile),
        style_(style),
        tree_(call_tree(profile, before)),
        is_compared_(before != nullptr) {
    value_width_ = std::max(least_value_width, show_value(whole()[0], profile.unit).size());
    names_begin_ = (is_compared_ ? 2 * share_width + 1 : share_width) + value_width_ + 3;
  }

  std::string text() {
    head();
    std::vector<Branch> pending = {{.values = whole()}};
    while (!pending.empty()) {
      const Branch branch = pending.back();
      pending.pop_back();
      write(branch);
      if (branch.kind != Branch::Kind::call) continue;
      auto next = branches_of(branch);
      pending.insert(pending.end(), next.rbegin(), next.rend());
    }
    return std::move(text_);
  }

 private:
  const CallValues& whole() const { return tree_.nodes[0].total; }
  double share_of(const CallValues& values, size_t which) const {
    if (whole()[which] == 0) return 0;
    return static_cast<double>(values[which]) / static_cast<double>(whole()[which]);
  }
  bool is_shown(const CallValues& values) const {
    return std::max(share_of(values, 0), share_of(values, 1)) * 1e6 >= style_.least_ppm;
  }

  void head() {
    if (!profile_.title.empty()) line(harmless(profile_.title));
    std::string unit = profile_.unit == "ns" ? "time" : harmless(profile_.unit);
    for (char& c : unit)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const std::string before = is_compared_ ? fmt::format(" {:>{}}", "BEFORE", share_width) : "";
    line(fmt::format("{:>{}}{} {:>{}}  CALL", "SHARE", share_width, before, unit, value_width_));
  }

  void line(std::string_view text) {
    const size_t most = style_.table.terminal == 0 ? text.size() : style_.table.terminal;
    text_ += text.substr(0, size_within(text, most));
    text_ += '\n';
  }

  std::vector<Branch> branches_of(const Branch& above) const {
    const CallNode& node = tree_.nodes[above.node];
    std::vector<Branch> branches;
    Branch more{.kind = Branch::Kind::more, .node = above.node};
    for (const uint32_t index : node.children) {
      const CallValues& values = tree_.nodes[index].total;
      if (is_shown(values)) {
        branches.push_back({.node = index, .values = values});
      } else {
        more.count++;
        for (size_t i : {0, 1}) more.values[i] = sum_of(more.values[i], values[i]);
      }
    }
    if (!node.children.empty() && node.self != CallValues() && is_shown(node.self)) {
      const auto lighter = std::ranges::find_if(
          branches, [&](const Branch& branch) { return branch.values[0] < node.self[0]; });
      branches.insert(lighter,
                      {.kind = Branch::Kind::self, .node = above.node, .values = node.self});
    }
    if (more.count != 0) branches.push_back(more);
    const bool is_alone = branches.size() == 1;
    for (Branch& branch : branches) {
      branch.depth = above.depth + (is_alone ? 0 : 1);
      branch.is_alone = is_alone && branch.values == above.values;
    }
    return branches;
  }

  void write(const Branch& branch) {
    if (branch.is_alone)
      text_.append(names_begin_, ' ');
    else
      text_ += numbers_of(branch.values);
    const size_t room =
        style_.table.terminal == 0
            ? SIZE_MAX
            : std::max<size_t>(style_.table.terminal, names_begin_ + least_name) - names_begin_;
    const std::string indent = indent_of(branch.depth, room);
    text_ += indent;
    text_ += inked(branch, room == SIZE_MAX ? room : room - indent.size());
    text_ += '\n';
  }

  std::string numbers_of(const CallValues& values) const {
    std::string text;
    for (size_t i = 0; i < (is_compared_ ? 2 : 1); i++)
      text += fmt::format("{:>{}.1f}% ", share_of(values, i) * 100, share_width - 1);
    return text + fmt::format("{:>{}}  ", show_value(values[0], profile_.unit), value_width_);
  }

  // Deeper than there is room: by how many levels.
  static std::string indent_of(size_t depth, size_t room) {
    if (room == SIZE_MAX || depth * indentation + least_name <= room)
      return std::string(depth * indentation, ' ');
    constexpr size_t number = 8;
    const size_t shown =
        room < least_name + number ? 0 : (room - least_name - number) / indentation;
    return std::string(shown * indentation, ' ') + fmt::format("+{} ", depth - shown);
  }

  std::string inked(const Branch& branch, size_t room) const {
    if (branch.kind == Branch::Kind::more) return fmt::format("… {} more", branch.count);
    if (branch.kind == Branch::Kind::self) return "(self)";
    const CallNode& node = tree_.nodes[branch.node];
    const CallName& name = tree_.name_of(node);
    const std::string text =
        branch.node == 0 ? shorten_middle(total_text(), room) : named(node, room);
    const std::string_view ink = style_.table.color ? ink_of(name) : "";
    return ink.empty() ? text : fmt::format("{}{}{}", ink, text, no_ink);
  }

  std::string named(const CallNode& node, size_t room) const {
    const std::string place = place_shown(node);
    const size_t taken = columns_of(place);
    const std::string& name = tree_.name_of(node).text;
    if (taken > room / 2) return shorten_middle(name + place, room);
    return shorten_middle(name, room - taken) + place;
  }

  std::string total_text() const {
    if (profile_.interval_ns == 0) return "total";
    return fmt::format("total, sampled every {}", show_value(profile_.interval_ns, "ns"));
  }

  // " (libc.so.6)", " (app.py:12)"; nothing where it is as above.
  std::string place_shown(const CallNode& node) const {
    const CallName& name = tree_.name_of(node);
    const CallNode& parent = tree_.nodes[node.parent];
    if (name.place.empty() || name.text.starts_with(name.place + "+")) return "";
    if (node.line == 0 || name.frame_kind != FrameKind::python)
      return tree_.name_of(parent).place == name.place ? "" : fmt::format(" ({})", name.place);
    return fmt::format(" ({}:{}{})", name.place, node.line, node.other_lines ? "…" : "");
  }

  static std::string_view ink_of(const CallName& name) {
    if (name.kind == CallStep::Kind::note) return red_ink;
    if (name.kind == CallStep::Kind::root) return bold_ink;
    switch (name.frame_kind) {
      case FrameKind::kernel:
        return kernel_ink;
      case FrameKind::python:
        return python_ink;
      case FrameKind::jit:
        return jit_ink;
      case FrameKind::user:
        return "";
    }
    return "";
  }

  const Profile& profile_;
  const StackTreeStyle& style_;
  CallTree tree_;
  bool is_compared_;
  size_t value_width_ = 0, names_begin_ = 0;  // columns
  std::string text_;
};

}  // namespace

std::string stack_tree(const Profile& profile, const StackTreeStyle& style, const Profile* before) {
  return StackTreeWriter(profile, style, before).text();
}

}  // namespace plumb::render
