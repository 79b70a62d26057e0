#include <algorithm>

#include "probe/operand.h"

namespace plumb::probe {
namespace {

// What stands between brackets: "sp, 16", "x0, x1". An index that is shifted or widened on its way
// is left to whoever needs it.
bool parse_registers(std::string_view text, Argument& argument) {
  const size_t comma = text.find(',');
  argument.base = text.substr(0, comma);
  if (!is_aarch64_register(argument.base)) return false;
  if (comma == std::string_view::npos) return true;
  text.remove_prefix(comma + 1);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.starts_with('#')) text.remove_prefix(1);
  if (parse_number(text, argument.offset)) return true;
  argument.index = text;
  return is_aarch64_register(argument.index);
}

}  // namespace

bool is_aarch64_register(std::string_view name) {
  if (name == "sp" || name == "wsp" || name == "xzr" || name == "wzr") return true;
  if (is_numbered(name, "x", 30) || is_numbered(name, "w", 30)) return true;
  return std::ranges::any_of(std::string_view("vqdshb"), [&](const char& bank) {
    return is_numbered(name, {&bank, 1}, 31);
  });
}

bool parse_aarch64(std::string_view text, Argument& argument) {
  if (text.starts_with('[') && text.ends_with(']')) {
    argument.place = Place::memory;
    return text.size() > 2 && parse_registers(text.substr(1, text.size() - 2), argument);
  }
  if (is_aarch64_register(text)) {
    argument.place = Place::in_register;
    argument.base = text;
    return true;
  }
  argument.place = Place::constant;
  return parse_number(text.substr(text.starts_with('#') ? 1 : 0), argument.offset);
}

}  // namespace plumb::probe
