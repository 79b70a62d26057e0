#include <algorithm>
#include <array>

#include "probe/operand.h"

namespace plumb::probe {
namespace {

constexpr auto general_names = std::to_array<std::string_view>(
    {"rax", "eax", "ax", "al",  "ah",  "rbx", "ebx", "bx",  "bl",  "bh",  "rcx", "ecx",
     "cx",  "cl",  "ch", "rdx", "edx", "dx",  "dl",  "dh",  "rsi", "esi", "si",  "sil",
     "rdi", "edi", "di", "dil", "rbp", "ebp", "bp",  "bpl", "rsp", "esp", "sp",  "spl",
     "rip", "eip", "ip", "st",  "cs",  "ds",  "es",  "fs",  "gs",  "ss"});

bool is_symbol_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.$@").find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

// A sum of numbers and at most one symbol: "8+x", "x-8", ".LC0+4". Empty is nothing.
bool parse_sum(std::string_view text, Argument& argument) {
  uint64_t sum = 0;  // wraps, as the processor's does
  for (bool first = true; !text.empty(); first = false) {
    const bool has_sign = text[0] == '+' || text[0] == '-';
    if (!first && !has_sign) return false;
    const bool minus = text[0] == '-';
    if (has_sign) text.remove_prefix(1);
    const std::string_view term = text.substr(0, text.find_first_of("+-"));
    text.remove_prefix(term.size());
    int64_t number = 0;
    if (!term.empty() && is_digit(term[0])) {
      if (!parse_number(term, number)) return false;
      const auto value = static_cast<uint64_t>(number);
      sum += minus ? 0 - value : value;
    } else {
      if (term.empty() || minus || !argument.symbol.empty()) return false;
      if (!std::ranges::all_of(term, is_symbol_character)) return false;
      argument.symbol = term;
    }
  }
  argument.offset = static_cast<int64_t>(sum);
  return true;
}

std::string_view without_ends(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// "%name" up to the next comma, which goes with it; nothing is no register.
bool take_register(std::string_view& text, std::string& name) {
  const std::string_view word = text.substr(0, text.find(','));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  const std::string_view spelled = without_ends(word);
  if (spelled.empty()) return true;
  if (spelled[0] != '%' || !is_x86_register(spelled.substr(1))) return false;
  name = spelled.substr(1);
  return true;
}

// What stands between parentheses: "%rbp", "%rax,%rbx,8", ",%rbx,4".
bool parse_addressing(std::string_view text, Argument& argument) {
  if (!take_register(text, argument.base)) return false;
  if (!take_register(text, argument.index)) return false;
  if (argument.base.empty() && argument.index.empty()) return false;
  if (text.empty()) return true;
  int64_t scale = 0;
  if (!parse_number(without_ends(text), scale)) return false;
  argument.scale = static_cast<uint32_t>(scale);
  return !argument.index.empty() && (scale == 1 || scale == 2 || scale == 4 || scale == 8);
}

bool parse_memory(std::string_view text, Argument& argument) {
  argument.place = Place::memory;
  if (text.starts_with("%fs:") || text.starts_with("%gs:")) {
    argument.segment = text.substr(1, 2);
    text.remove_prefix(4);
  }
  const size_t open = text.find('(');
  if (text.empty() || !parse_sum(text.substr(0, open), argument)) return false;
  if (open == std::string_view::npos) return true;
  if (!text.ends_with(')')) return false;
  return parse_addressing(text.substr(open + 1, text.size() - open - 2), argument);
}

}  // namespace

bool is_x86_register(std::string_view name) {
  if (std::ranges::find(general_names, name) != general_names.end()) return true;
  for (const std::string_view width : {"", "d", "w", "b"})
    if (is_numbered(name, "r", 31, width)) return !is_numbered(name, "r", 7, width);
  for (const std::string_view vector : {"xmm", "ymm", "zmm"})
    if (is_numbered(name, vector, 31)) return true;
  return is_numbered(name, "mm", 7) || is_numbered(name, "k", 7) ||
         is_numbered(name, "st(", 7, ")");
}

bool parse_x86(std::string_view text, Argument& argument) {
  if (text.starts_with('$')) {
    argument.place = Place::constant;
    return text.size() > 1 && parse_sum(text.substr(1), argument);
  }
  if (!text.starts_with('%') || text.starts_with("%fs:") || text.starts_with("%gs:"))
    return parse_memory(text, argument);
  argument.place = Place::in_register;
  argument.base = text.substr(1);
  return is_x86_register(argument.base);
}

}  // namespace plumb::probe
