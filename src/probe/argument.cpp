#include "probe/argument.h"

#include <fmt/format.h>

#include <charconv>

#include "probe/operand.h"

namespace plumb::probe {
namespace {

constexpr uint32_t largest = 64;  // bytes: a vector register
constexpr size_t longest_brackets = 64;
constexpr size_t most_arguments = 64;  // <sys/sdt.h> has 12

// The size and kind before @. False where there are none, and the whole is an operand: symbols may
// have an @, too ("x@tpoff(%rax)").
bool take_operand_type(std::string_view& text, Argument& argument) {
  const size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  std::string_view type = text.substr(0, at);
  Kind kind = Kind::unsigned_number;
  if (type.starts_with('-')) {
    kind = Kind::signed_number;
    type.remove_prefix(1);
  }
  if (type.ends_with('f')) {
    kind = Kind::floating;
    type.remove_suffix(1);
  }
  uint32_t size = 0;
  const auto [end, error] = std::from_chars(type.data(), type.data() + type.size(), size);
  if (type.empty() || error != std::errc() || end != type.data() + type.size()) return false;
  text.remove_prefix(at + 1);
  if (size == 0 || size > largest) return true;
  argument.size = size;
  argument.kind = kind;
  return true;
}

// The blank that ends the first argument: not one within brackets, as in "8@[sp, 16]".
size_t end_of_first(std::string_view text) {
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == ' ') return i;
    if (text[i] != '(' && text[i] != '[') continue;
    // Registers fit; how far is looked is bounded, as hostile text opens many and closes none.
    const size_t close = text.substr(i, longest_brackets).find_first_of(")]");
    if (close != std::string_view::npos) i += close;
  }
  return text.size();
}

Argument parse_argument(std::string_view text, Machine machine) {
  Argument argument;
  argument.text = text;
  take_operand_type(text, argument);
  const bool known = machine == Machine::x86       ? parse_x86(text, argument)
                     : machine == Machine::aarch64 ? parse_aarch64(text, argument)
                                                   : false;
  if (known) return argument;
  Argument unknown;
  unknown.text = argument.text;
  unknown.kind = argument.kind;
  unknown.size = argument.size;
  return unknown;
}

}  // namespace

std::vector<Argument> parse_arguments(std::string_view text, Machine machine) {
  std::vector<Argument> all;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return all;
    const bool is_last = all.size() + 1 == most_arguments;
    const size_t end = is_last ? text.size() : end_of_first(text);
    all.push_back(parse_argument(text.substr(0, end), machine));
    text.remove_prefix(end);
  }
}

std::string type_name(const Argument& argument) {
  const uint32_t bits = argument.size * 8;
  switch (argument.kind) {
    case Kind::untold:
      return "?";
    case Kind::unsigned_number:
      return fmt::format("u{}", bits);
    case Kind::signed_number:
      return fmt::format("i{}", bits);
    case Kind::floating:
      return fmt::format("f{}", bits);
  }
  return "?";
}

std::string_view operand_of(const Argument& argument) {
  std::string_view text = argument.text;
  Argument ignored;
  take_operand_type(text, ignored);
  return text;
}

}  // namespace plumb::probe
