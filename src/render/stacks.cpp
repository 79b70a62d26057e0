#include "render/stacks.h"

#include <fmt/format.h>

#include <array>

#include "render/number.h"
#include "render/text_cell.h"

namespace plumb::render {
namespace {

std::string frame_name(const StackFrame& frame) {
  if (!frame.function.empty()) return frame.function;
  if (frame.offset)
    return fmt::format("{}{}{:#x}", frame.module, frame.module.empty() ? "" : "+", *frame.offset);
  return frame.module.empty() ? "[unknown]" : fmt::format("[{}]", frame.module);
}

std::string_view base_name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string_view name_of(FrameKind kind) {
  switch (kind) {
    case FrameKind::kernel:
      return "kernel";
    case FrameKind::user:
      return "user";
    case FrameKind::python:
      return "python";
    case FrameKind::jit:
      return "jit";
  }
  return {};
}

std::string note_of(const Stack& stack) {
  return fmt::format("[{}: {}]", stack.frames.empty() ? "no stack" : "incomplete", stack.end);
}

std::string between_stacks(std::string_view heading) { return fmt::format("-- {} --", heading); }

void put_upon(Stack& stack, std::string_view heading, const Stack& upper) {
  std::vector<StackFrame> frames(upper.frames.rbegin(), upper.frames.rend());
  if (upper.end != complete_stack)
    frames.insert(frames.begin(), StackFrame{.function = note_of(upper)});
  frames.push_back({.function = between_stacks(heading)});
  if (stack.frames.empty() && stack.end != complete_stack) {
    frames.push_back({.function = note_of(stack)});
    stack.end = complete_stack;
  }
  stack.frames.insert(stack.frames.begin(), frames.begin(), frames.end());
}

std::vector<CallStep> steps_of(const StackGroup& group) {
  std::vector<CallStep> steps;
  steps.reserve(group.root.size() + group.stack.frames.size() + 1);
  for (const std::string& part : group.root) steps.push_back({CallStep::Kind::root, nullptr, part});
  if (group.stack.end != complete_stack)
    steps.push_back({CallStep::Kind::note, nullptr, note_of(group.stack)});
  const auto& frames = group.stack.frames;
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
    steps.push_back({CallStep::Kind::frame, &*frame, frame_name(*frame)});
  if (steps.empty()) steps.push_back({CallStep::Kind::note, nullptr, "[no frames]"});
  return steps;
}

std::string_view place_of(const StackFrame& frame) {
  if (!frame.module.empty() && frame.kind != FrameKind::python) return frame.module;
  return base_name_of(frame.file);
}

std::string place_with_line(const StackFrame& frame) {
  if (frame.line == 0 || frame.file.empty()) return std::string(place_of(frame));
  return fmt::format("{}:{}", base_name_of(frame.file), frame.line);
}

std::string harmless(std::string_view text) { return text_cell(text).text; }

std::string show_value(uint64_t value, std::string_view unit) {
  std::array<char, number_room> room;
  const auto put = unit == "ns" ? put_duration : unit == "bytes" ? put_size : put_grouped;
  return {room.data(), put(room.data(), value)};
}

uint64_t sum_of(uint64_t one, uint64_t other) {
  uint64_t sum = 0;
  return __builtin_add_overflow(one, other, &sum) ? UINT64_MAX : sum;
}

}  // namespace plumb::render
