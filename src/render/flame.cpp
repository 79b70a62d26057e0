#include "render/flame.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "render/call_tree.h"
#include "render/json_text.h"

// flame.html and what it is made of, by cmake/page.cmake.
extern "C" const char plumb_flame_page[], plumb_flame_page_end[];

namespace plumb::render {
namespace {

std::string names_array(const CallTree& tree) {
  std::string array = "[";
  for (const CallName& name : tree.names) {
    constexpr int frames = 2;  // the kinds of flame_data.js: those of steps, then those of frames
    const int kind = name.kind == CallStep::Kind::frame ? frames + static_cast<int>(name.frame_kind)
                                                        : static_cast<int>(name.kind);
    if (array.size() > 1) array += ",\n";
    array += fmt::format("[{},{},{},{}]", json_quoted(name.text), kind, json_quoted(name.module),
                         json_quoted(name.file));
  }
  return array + "]";
}

// In preorder: depth, name, line (below 0 where there are others), own value, that of before.
std::string calls_array(const CallTree& tree, bool is_compared) {
  std::string array = "[";
  std::vector<std::pair<uint32_t, uint32_t>> pending = {{0, 0}};  // nodes and their depths
  while (!pending.empty()) {
    const auto [index, depth] = pending.back();
    pending.pop_back();
    const CallNode& node = tree.nodes[index];
    if (array.size() > 1) array += ",\n";
    array += fmt::format("{},{},{}{},{}", depth, node.name, node.other_lines ? "-" : "", node.line,
                         node.self[0]);
    if (is_compared) array += fmt::format(",{}", node.self[1]);
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
      pending.emplace_back(*child, depth + 1);
  }
  return array + "]";
}

// JSON that ends no element and begins none.
std::string within_html(std::string_view json) {
  std::string text;
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&')
      text += fmt::format("\\u{:04x}", c);
    else
      text += c;
  }
  return text;
}

}  // namespace

std::string flame_page(const Profile& profile, const Profile* before) {
  const CallTree tree = call_tree(profile, before);
  const std::string json = fmt::format(
      R"({{"title":{},"before":{},"unit":{},"names":{},"calls":{}}})",
      json_quoted(harmless(profile.title)),
      before == nullptr ? "null" : json_quoted(harmless(before->title)),
      json_quoted(harmless(profile.unit)), names_array(tree), calls_array(tree, before != nullptr));
  const std::string_view page(plumb_flame_page,
                              static_cast<size_t>(plumb_flame_page_end - plumb_flame_page));
  constexpr std::string_view mark = "<!-- profile -->";
  const size_t at = page.find(mark);
  return fmt::format("{}{}{}", page.substr(0, at), within_html(json),
                     page.substr(at + mark.size()));
}

}  // namespace plumb::render
