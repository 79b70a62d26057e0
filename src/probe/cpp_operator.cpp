#include "probe/cpp_operator.h"

#include <array>
#include <string>

namespace plumb::probe {
namespace {

// Those with brackets, or what looks like an arrow or an offset; the longer ones first.
constexpr std::array<std::string_view, 16> signs = {
    "()", "[]", "->*", "->", "<=>", "<<=", ">>=", "<<",
    ">>", "<=", ">=",  "<",  ">",   "++",  "+=",  "+"};

constexpr std::string_view opening = "(<[{", closing = ")>]}";

}  // namespace

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

size_t operator_at(std::string_view text, size_t at) {
  constexpr std::string_view keyword = "operator";
  const std::string_view rest = text.substr(at);
  if (!rest.starts_with(keyword) || (at > 0 && is_name_character(text[at - 1]))) return 0;
  const std::string_view behind = rest.substr(keyword.size());
  if (!behind.empty() && is_name_character(behind[0])) return 0;
  for (const std::string_view sign : signs)
    if (behind.starts_with(sign)) return keyword.size() + sign.size();
  return keyword.size();
}

size_t bracket_end(std::string_view text, size_t at) {
  std::string open;  // brackets, as they were opened
  while (at < text.size()) {
    if (const size_t size = operator_at(text, at); size != 0 && !open.empty()) {
      at += size;
      continue;
    }
    const char c = text[at++];
    if (const size_t kind = closing.find(c); kind != std::string_view::npos) {
      // within parentheses > compares, and so did the < before it
      const size_t opener = open.rfind(opening[kind]);
      const bool closes = opener != std::string::npos && (c != '>' || opener + 1 == open.size());
      if (closes && !(c == '>' && text[at - 1 - (at > 1)] == '-')) open.resize(opener);
    } else if (opening.find(c) != std::string_view::npos) {
      open += c;
    }
    if (open.empty()) return at;
  }
  return at;
}

}  // namespace plumb::probe
