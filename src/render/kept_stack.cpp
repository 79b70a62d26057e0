#include "render/kept_stack.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/json_text.h"
#include "render/pen.h"
#include "render/stack_json.h"

namespace plumb::render {
namespace {

constexpr std::string_view end_key = ",\"stack_end\":";
constexpr std::string_view beneath_row = "    ";

// What of it a terminal has room for: of a long name both ends say most, so it is cut behind.
std::string cut(const std::string& text, size_t limit) {
  std::string bytes(Pen::room(text.size()), '\0');
  Pen pen(bytes.data(), limit);
  pen.text(text);
  bytes.resize(static_cast<size_t>(pen.end() - bytes.data()));
  return bytes;
}

std::string line_of(const StackFrame& frame) {
  const StackGroup one{.stack = {.frames = {frame}}, .root = {}, .value = 0};
  std::string line = steps_of(one).back().name;
  const std::string place = place_with_line(frame);
  if ((!frame.function.empty() || frame.line != 0) && !place.empty())
    line += "  (" + harmless(place) + (frame.inlined ? ", inlined)" : ")");
  return line;
}

}  // namespace

std::string kept_stack(const Stack& stack) {
  constexpr std::string_view key = "\"stack\":";
  return stack_members(stack).substr(key.size());
}

std::string renamed_kept(std::string_view kept, std::string_view name) {
  const size_t end = kept.rfind(end_key);
  if (end == std::string_view::npos) return "null";
  return fmt::format("{},{}:{}", kept.substr(0, end), json_quoted(std::string(name) + "_end"),
                     kept.substr(end + end_key.size()));
}

Result<Stack> stack_of_kept(std::string_view kept) {
  const size_t end = kept.rfind(end_key);
  if (end == std::string_view::npos) return fail("not the text of a stack");
  std::string_view reason = kept.substr(end + end_key.size());
  if (reason.size() < 2) return fail("not the text of a stack");
  reason = reason.substr(1, reason.size() - 2);
  return parse_stack(kept.substr(0, end), std::string(reason));
}

std::string stack_lines(std::string_view kept, std::string_view heading, uint32_t columns) {
  if (kept.empty()) return {};
  const auto stack = stack_of_kept(kept);
  if (!stack) return {};
  const size_t limit = columns == 0 ? SIZE_MAX : std::max<size_t>(columns, 20) - beneath_row.size();
  std::string lines;
  const auto add = [&](const std::string& text) {
    lines.append(beneath_row).append(cut(text, limit)).push_back('\n');
  };
  if (!heading.empty()) add(between_stacks(heading));
  for (const StackFrame& frame : stack->frames) add(line_of(frame));
  if (stack->end != complete_stack) add(note_of(*stack));
  return lines;
}

}  // namespace plumb::render
