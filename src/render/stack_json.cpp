#include "render/stack_json.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "render/json_text.h"
#include "render/number.h"

namespace plumb::render {
namespace {

using Value = nlohmann::json;

std::string text_or_null(std::string_view name, std::string_view text) {
  return text.empty() ? fmt::format("\"{}\":null", name) : json_member(name, text);
}

std::string frame_object(const StackFrame& frame) {
  std::array<char, number_room> room;
  const std::string_view offset =
      frame.offset ? std::string_view(room.data(), put_json_unsigned(room.data(), *frame.offset))
                   : "null";
  return fmt::format(R"({{"kind":"{}",{},{},"line":{},{},"offset":{}{}}})", name_of(frame.kind),
                     text_or_null("function", frame.function), text_or_null("file", frame.file),
                     frame.line == 0 ? "null" : std::to_string(frame.line),
                     text_or_null("module", frame.module), offset,
                     frame.inlined ? ",\"inlined\":true" : "");
}

Fail no_stack(std::string_view why) { return fail(fmt::format("read a stack: {}", why)); }

const Value& member_of(const Value& object, const std::string& name) {
  static const Value none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

// What spell_out of base/utf8.h made, as it was.
Result<std::string> as_it_was(std::string_view spelled) {
  std::string text;
  while (!spelled.empty()) {
    const size_t plain = std::min(spelled.find('\\'), spelled.size());
    text += spelled.substr(0, plain);
    spelled.remove_prefix(plain);
    if (spelled.empty()) break;
    if (spelled.starts_with("\\\\")) {
      text += '\\';
      spelled.remove_prefix(2);
      continue;
    }
    uint8_t byte = 0;
    const char* digits = spelled.data() + 2;
    if (!spelled.starts_with("\\x") || spelled.size() < 4 ||
        std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
      return no_stack("a text is escaped otherwise");
    text += static_cast<char>(byte);
    spelled.remove_prefix(4);
  }
  return text;
}

Result<std::string> text_of(const Value& frame, const std::string& name) {
  const Value& value = member_of(frame, name);
  if (value.is_null()) return std::string();
  if (!value.is_string()) return no_stack(fmt::format("'{}' is no text", name));
  const auto& text = value.get_ref<const std::string&>();
  if (member_of(frame, name + "_escaped") == true) return as_it_was(text);
  return text;
}

// A number, or its digits where it is too large for a double.
Result<std::optional<uint64_t>> number_of(const Value& frame, const std::string& name,
                                          uint64_t most) {
  const Value& value = member_of(frame, name);
  if (value.is_null()) return std::optional<uint64_t>();
  std::optional<uint64_t> number;
  if (value.is_number_unsigned()) number = value.get<uint64_t>();
  if (value.is_string()) {
    const auto digits = parse_unsigned(value.get_ref<const std::string&>());
    if (digits) number = *digits;
  }
  if (!number || *number > most) return no_stack(fmt::format("'{}' is no such number", name));
  return number;
}

Result<FrameKind> kind_of(const Value& frame) {
  const Value& value = member_of(frame, "kind");
  for (const auto kind : {FrameKind::kernel, FrameKind::user, FrameKind::python, FrameKind::jit})
    if (value.is_string() && value.get_ref<const std::string&>() == name_of(kind)) return kind;
  return no_stack("a frame is of no known kind");
}

Result<StackFrame> frame_of(const Value& value) {
  if (!value.is_object()) return no_stack("a frame is no object");
  StackFrame frame;
  frame.kind = TRY(kind_of(value));
  frame.function = TRY(text_of(value, "function"));
  frame.file = TRY(text_of(value, "file"));
  frame.module = TRY(text_of(value, "module"));
  frame.offset = TRY(number_of(value, "offset", UINT64_MAX));
  const auto line = TRY(number_of(value, "line", std::numeric_limits<uint32_t>::max()));
  frame.line = static_cast<uint32_t>(line.value_or(0));
  frame.inlined = member_of(value, "inlined") == true;
  return frame;
}

}  // namespace

std::string stack_array(const Stack& stack) {
  std::string array = "[";
  for (const StackFrame& frame : stack.frames) {
    if (array.size() > 1) array += ',';
    array += frame_object(frame);
  }
  return array + "]";
}

std::string stack_members(const Stack& stack) {
  return fmt::format("\"stack\":{},{}", stack_array(stack), json_member("stack_end", stack.end));
}

Result<Stack> parse_stack(std::string_view array, std::string end) {
  if (array.size() > most_stack_bytes) return no_stack("it is longer than any that is written");
  const Value frames = Value::parse(array, nullptr, false);
  if (!frames.is_array()) return no_stack("it is no JSON array");
  if (frames.size() > most_stack_frames) return no_stack("it has more frames than any");
  Stack stack{{}, std::move(end)};
  for (const Value& frame : frames) stack.frames.push_back(TRY(frame_of(frame)));
  return stack;
}

}  // namespace plumb::render
