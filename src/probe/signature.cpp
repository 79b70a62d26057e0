#include "probe/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "probe/cpp_operator.h"

namespace plumb::probe {
namespace {

struct Type {
  const char* spelling;
  ValueKind kind;
  uint32_t size;
};
constexpr auto plain_number = ValueKind::unsigned_number;
constexpr auto with_sign = ValueKind::signed_number;
constexpr std::array types = {Type{"u8", plain_number, 1},
                              Type{"u16", plain_number, 2},
                              Type{"u32", plain_number, 4},
                              Type{"u64", plain_number, 8},
                              Type{"s8", with_sign, 1},
                              Type{"s16", with_sign, 2},
                              Type{"s32", with_sign, 4},
                              Type{"s64", with_sign, 8},
                              Type{"bool", ValueKind::boolean, 1},
                              Type{"ptr", ValueKind::pointer, 8},
                              Type{"str", ValueKind::text, 0},
                              Type{"char", with_sign, 1},
                              Type{"short", with_sign, 2},
                              Type{"int", with_sign, 4},
                              Type{"long", with_sign, 8},
                              Type{"long long", with_sign, 8},
                              Type{"unsigned", plain_number, 4},
                              Type{"unsigned char", plain_number, 1},
                              Type{"unsigned short", plain_number, 2},
                              Type{"unsigned int", plain_number, 4},
                              Type{"unsigned long", plain_number, 8},
                              Type{"unsigned long long", plain_number, 8},
                              Type{"size_t", plain_number, 8},
                              Type{"ssize_t", with_sign, 8},
                              Type{"uint8_t", plain_number, 1},
                              Type{"uint16_t", plain_number, 2},
                              Type{"uint32_t", plain_number, 4},
                              Type{"uint64_t", plain_number, 8},
                              Type{"int8_t", with_sign, 1},
                              Type{"int16_t", with_sign, 2},
                              Type{"int32_t", with_sign, 4},
                              Type{"int64_t", with_sign, 8}};
constexpr size_t most_words = 3;  // of one of them

constexpr const char* all_types = "types are u8 u16 u32 u64 s8 s16 s32 s64 bool ptr str bytes[N]";
constexpr const char* one_form = "write a type and a name: u32 id, str path, bytes[32] key, T *at";

const Type* find_type(std::string_view spelling) {
  const auto found = std::ranges::find(types, spelling, &Type::spelling);
  return found == types.end() ? nullptr : &*found;
}

std::string hint_for(std::string_view word) {
  for (const char* each : {"float", "double", "f32", "f64"})
    if (word == each)
      return "leave it out: no tracing program can read the registers of floating-point numbers, "
             "and the others do not count them";
  std::vector<std::string> spellings = {"bytes"};
  for (const Type& each : types) spellings.emplace_back(each.spelling);
  const std::string near = nearest(word, spellings);
  if (!near.empty()) return "did you mean '" + near + "'?";
  return find_type(word) == nullptr ? all_types : one_form;
}

bool is_word(std::string_view token) { return is_name_character(token[0]); }
bool is_star(std::string_view token) { return token == "*" || token == "&"; }

// One parameter: TYPE [NAME], or the type alone.
class Declaration {
 public:
  Declaration(const Written& written, Stretch all) : written_(written), all_(all) {}

  Result<Parameter> run(bool may_have_name) {
    TRY(tokenize());
    if (tokens_.empty()) return written_.complain(all_, "a type is expected here", one_form);
    TRY(take_type());
    if (done()) return std::move(out_);
    if (!may_have_name)
      return written_.complain(rest(), "nothing is expected behind the type of the result");
    TRY(take_name());
    if (!done()) return written_.complain(rest(), "',' or ')' is expected here", one_form);
    return std::move(out_);
  }

 private:
  bool done() const { return at_ == tokens_.size(); }
  std::string_view word(size_t i) const {
    return i < tokens_.size() ? written_.at(tokens_[i]) : std::string_view();
  }
  Stretch rest() const { return {tokens_[at_].begin, all_.end}; }
  Stretch behind() const { return {all_.end, all_.end}; }

  // Qualifiers say nothing about how a value is read, and are left out.
  Result<> tokenize() {
    const std::string_view text = written_.text.substr(0, all_.end);
    for (size_t i = all_.begin; i < all_.end;) {
      Stretch token{i, i + 1};
      if (is_name_character(text[i])) {
        while (token.end < all_.end &&
               (is_name_character(text[token.end]) || text.substr(token.end, 2) == "::"))
          token.end += text[token.end] == ':' ? 2 : 1;
      } else if (std::string_view(" \t*&[]").find(text[i]) == std::string_view::npos) {
        return written_.complain(token, "unexpected character", one_form);
      }
      i = token.end;
      if (!is_left_out(written_.at(token))) tokens_.push_back(token);
    }
    return {};
  }

  bool is_left_out(std::string_view token) const {
    for (const char* each : {" ", "\t", "const", "volatile", "restrict"})
      if (token == each) return true;
    for (const char* each : {"struct", "union", "enum", "class"})
      if (token == each && tokens_.empty()) return true;
    return false;
  }

  Result<> take_type() {
    size_t star = 0;
    while (star < tokens_.size() && is_word(word(star))) star++;
    if (star == 0) return written_.complain(tokens_[0], "a type is expected here", one_form);
    if (star < tokens_.size() && is_star(word(star))) {
      at_ = star;
      while (!done() && is_star(word(at_))) at_++;
      const bool is_text = star == 1 && at_ == 2 && word(0) == "char" && word(1) == "*";
      out_.kind = is_text ? ValueKind::text : ValueKind::pointer;
      out_.size = is_text ? 0 : 8;
      return {};
    }
    return word(0) == "bytes" ? take_bytes() : take_plain();
  }

  Result<> take_plain() {
    for (size_t count = std::min(most_words, tokens_.size()); count > 0; count--) {
      std::string spelling(word(0));
      for (size_t i = 1; i < count; i++) spelling += " " + std::string(word(i));
      const Type* type = find_type(spelling);
      if (type == nullptr) continue;
      out_.kind = type->kind;
      out_.size = type->size;
      at_ = count;
      return {};
    }
    const std::string_view first = word(0);
    const bool turned = find_type(word(1)) != nullptr;
    return written_.complain(tokens_[0], "unknown type '" + std::string(first) + "'",
                             turned ? one_form : hint_for(first));
  }

  Result<> take_bytes() {
    if (word(1) != "[")
      return written_.complain(tokens_[0], "'bytes' has no size", "write bytes[32]");
    const std::string_view number = word(2);
    if (number.empty() || !is_word(number))
      return written_.complain(tokens_.size() > 2 ? tokens_[2] : behind(),
                               "a number of bytes is expected here", "write bytes[32]");
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, out_.size);
    if (error != std::errc() || stop != end || out_.size == 0 || out_.size > max_bytes)
      return written_.complain(
          tokens_[2], fmt::format("'{}' is not a number of bytes from 1 to {}", number, max_bytes),
          "write bytes[32]");
    if (word(3) != "]")
      return written_.complain(tokens_.size() > 3 ? tokens_[3] : behind(), "']' is expected here",
                               "write bytes[32]");
    out_.kind = ValueKind::bytes;
    at_ = 4;
    return {};
  }

  // Where the schema shows it: members whose names begin with "unused" are none of its fields.
  Result<> take_name() {
    const Stretch token = tokens_[at_];
    const std::string_view name = written_.at(token);
    const bool begins_well = is_word(name) && (name[0] < '0' || name[0] > '9');
    if (!begins_well || !std::ranges::all_of(name, is_name_character))
      return written_.complain(token, "a name is expected here",
                               "names have letters, digits and _, and begin with no digit");
    if (name.size() > max_parameter_name)
      return written_.complain(
          token, fmt::format("'{}' has more than {} characters", name, max_parameter_name),
          "choose a shorter name: it becomes the name of a field");
    if (name.starts_with("unused"))
      return written_.complain(token, "no name may begin with 'unused'",
                               "fields of such names are not shown: choose another");
    out_.name = name;
    at_++;
    return {};
  }

  const Written& written_;
  const Stretch all_;
  std::vector<Stretch> tokens_;
  size_t at_ = 0;  // the first token that is not taken yet
  Parameter out_;
};

}  // namespace

Stretch Written::trimmed(Stretch stretch) const {
  const auto is_blank = [&](size_t i) { return text[i] == ' ' || text[i] == '\t'; };
  while (stretch.begin < stretch.end && is_blank(stretch.begin)) stretch.begin++;
  while (stretch.begin < stretch.end && is_blank(stretch.end - 1)) stretch.end--;
  return stretch;
}

Fail Written::complain(Stretch stretch, const std::string& what, std::string hint) const {
  return misuse("probe: " + what + caret_under(text, stretch), std::move(hint));
}

Result<std::vector<Parameter>> parse_parameters(const Written& written, Stretch stretch) {
  std::vector<Parameter> all;
  if (written.at(written.trimmed(stretch)).empty()) return all;
  for (size_t begin = stretch.begin; begin <= stretch.end;) {
    const size_t comma = std::min(written.text.find(',', begin), stretch.end);
    const Stretch piece = written.trimmed({begin, comma});
    if (all.size() == max_parameters)
      return written.complain(piece, fmt::format("more than {} parameters", max_parameters),
                              "leave out those at the end that you do not need");
    Parameter one = TRY(Declaration(written, piece).run(true));
    if (one.name.empty()) one.name = fmt::format("arg{}", all.size());
    if (std::ranges::find(all, one.name, &Parameter::name) != all.end())
      return written.complain(piece, fmt::format("two parameters are called '{}'", one.name),
                              "give each its own name");
    all.push_back(std::move(one));
    begin = comma + 1;
  }
  return all;
}

Result<Parameter> parse_result(const Written& written, Stretch stretch) {
  const Stretch piece = written.trimmed(stretch);
  Parameter result = TRY(Declaration(written, piece).run(false));
  if (result.kind == ValueKind::bytes)
    return written.complain(piece, "a result cannot be bytes",
                            "what a register holds is returned: write -> ptr, or -> str of a text");
  return result;
}

std::string type_name(const Parameter& parameter) {
  switch (parameter.kind) {
    case ValueKind::unsigned_number:
      return fmt::format("u{}", parameter.size * 8);
    case ValueKind::signed_number:
      return fmt::format("s{}", parameter.size * 8);
    case ValueKind::boolean:
      return "bool";
    case ValueKind::pointer:
      return "ptr";
    case ValueKind::text:
      return "str";
    case ValueKind::bytes:
      break;
  }
  return fmt::format("bytes[{}]", parameter.size);
}

}  // namespace plumb::probe
