#include "probe/declared.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "probe/cpp_operator.h"
#include "probe/dwarf_reader.h"
#include "probe/dwarf_text.h"
#include "probe/dwarf_type.h"
#include "probe/isolated.h"

namespace plumb::probe {
namespace {

constexpr size_t most_parameters = 256;      // parameters
constexpr uint32_t most_on_stack = 1 << 20;  // bytes of one

std::string why(char distrust) {
  switch (static_cast<Distrust>(distrust)) {
    case Distrust::not_called:
      return "the compiler has changed how it is called";
    case Distrust::language:
      return "how its language passes them plumb does not know";
    case Distrust::differs:
      return "the compiler has changed its parameters";
    case Distrust::result:
      return "where its result goes, which may come before them, its debug information does not "
             "say";
    case Distrust::apart:
      return "its debug information is in a .dwo file";
  }
  return "its debug information makes no sense";
}

std::string why(Lack lack) {
  switch (lack) {
    case Lack::floating:
      return "floating point";
    case Lack::object:
      return "an object by value";
    case Lack::wide:
      return "wider than 64 bits";
    case Lack::unknown:
      return "where it is passed is not told, and so of those behind it";
    case Lack::none:
      break;
  }
  return "more than can be told";
}

struct Line {
  char shape = 0;
  uint32_t size = 0;
  Passed passed;
  Lack lack = Lack::none;
  std::string_view name;
};

std::string_view take_word(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

bool take_number(std::string_view& text, uint32_t most, uint32_t& out) {
  const std::string_view word = take_word(text);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
  return error == std::errc() && end == word.data() + word.size() && out <= most;
}

// SHAPE SIZE INTEGERS FLOATS IN_MEMORY WIDE LACK [NAME]
bool parse_line(std::string_view text, Line& out) {
  const std::string_view shape = take_word(text);
  uint32_t in_memory = 0, wide = 0;
  if (shape.size() != 1 || !take_number(text, most_on_stack, out.size) ||
      !take_number(text, 2, out.passed.integers) || !take_number(text, 2, out.passed.floats) ||
      !take_number(text, 1, in_memory) || !take_number(text, 1, wide))
    return false;
  const std::string_view lack = take_word(text);
  if (lack.size() != 1) return false;
  out.shape = shape[0];
  out.lack = static_cast<Lack>(lack[0]);
  out.passed.in_memory = in_memory != 0;
  out.passed.wide = wide != 0;
  out.passed.size = std::max<uint32_t>(out.size, sizeof(uint64_t));
  out.name = text;
  return true;
}

std::optional<Parameter> parameter_of(const Line& line) {
  const bool is_number_size = line.size == 1 || line.size == 2 || line.size == 4 || line.size == 8;
  Parameter parameter;
  parameter.size = line.size;
  switch (static_cast<Shape>(line.shape)) {
    case Shape::unsigned_number:
      parameter.kind = ValueKind::unsigned_number;
      return is_number_size ? std::optional(parameter) : std::nullopt;
    case Shape::signed_number:
      parameter.kind = ValueKind::signed_number;
      return is_number_size ? std::optional(parameter) : std::nullopt;
    case Shape::boolean:
      parameter.kind = ValueKind::boolean;
      parameter.size = 1;
      return parameter;
    case Shape::pointer:
      parameter.kind = ValueKind::pointer;
      parameter.size = 8;
      return parameter;
    case Shape::text:
      parameter.kind = ValueKind::text;
      parameter.size = 0;
      return parameter;
    case Shape::nothing:
      break;
  }
  return std::nullopt;
}

// As in signature.cpp, but for the length: nobody types these.
bool is_good_name(std::string_view name) {
  return !name.empty() && name.size() <= max_declared_name && (name[0] < '0' || name[0] > '9') &&
         std::ranges::all_of(name, is_name_character) && !name.starts_with("unused");
}

// A name that is no number, for a value of its size.
bool may_have(const Parameter& parameter, const Enumerator& one) {
  const bool is_number =
      parameter.kind == ValueKind::unsigned_number || parameter.kind == ValueKind::signed_number;
  const uint32_t unused = 64 - 8 * parameter.size;
  return is_number && is_good_name(one.name) &&
         static_cast<int64_t>(static_cast<uint64_t>(one.value) << unused) >> unused == one.value;
}

class DeclarationParser {
 public:
  explicit DeclarationParser(std::string_view text) : text_(text) {}

  Result<std::vector<std::optional<Declared>>> run(size_t count) {
    while (!text_.empty()) {
      const size_t end = std::min(text_.find('\n'), text_.size());
      if (!take(text_.substr(0, end))) return fail("its debug information makes no sense");
      text_.remove_prefix(std::min(end + 1, text_.size()));
    }
    // where there is no debug information nothing is told
    if (!all_.empty() && all_.size() != count) return fail("its debug information makes no sense");
    all_.resize(count);
    return std::move(all_);
  }

 private:
  bool take(std::string_view line) {
    const std::string_view word = take_word(line);
    if (word == "e") return is_open_ && take_enumerator(line);
    enumeration_ = nullptr;
    if (word == "?") {
      all_.emplace_back();
      return true;
    }
    if (word == "f" || word == "x") {
      all_.emplace_back(Declared());
      is_open_ = word == "f";
      if (word == "x") all_.back()->remark = why(line.empty() ? '\0' : line[0]);
      return true;
    }
    Line parsed;
    if (!is_open_ || !parse_line(line, parsed)) return false;
    if (word == "r") return take_result(parsed);
    return word == "p" && take_parameter(parsed);
  }

  // The caller says in the first register where a result in memory is to go; its address is what
  // comes back. A number of x87 comes back in a register of its own.
  bool take_result(const Line& line) {
    Declared& now = *all_.back();
    if (!now.passed.empty()) return false;
    now.result = parameter_of(line);
    const bool is_object = line.lack == Lack::object;
    const bool has_place = is_object && line.passed.in_memory;
    if (!has_place && now.result) enumeration_ = &*now.result;
    if (!has_place) return true;
    now.result = Parameter{"", ValueKind::pointer, 8};
    now.passed.push_back({.has_value = false});
    return true;
  }

  bool take_parameter(const Line& line) {
    Declared& now = *all_.back();
    if (now.passed.size() >= most_parameters) return false;
    auto parameter = parameter_of(line);
    std::string name(line.name);
    const auto is_taken = [&](const Parameter& each) { return each.name == name; };
    if (!is_good_name(name) || std::ranges::any_of(now.parameters, is_taken))
      name = fmt::format("arg{}", now.passed.size());
    if (line.lack != Lack::unknown) now.passed.push_back(line.passed);
    const bool is_told = parameter && line.lack == Lack::none &&
                         now.parameters.size() < max_parameters &&
                         std::ranges::none_of(now.parameters, is_taken);
    if (line.lack != Lack::unknown) now.passed.back().has_value = is_told;
    if (is_told) {
      parameter->name = std::move(name);
      now.parameters.push_back(*std::move(parameter));
      enumeration_ = &now.parameters.back();
      return true;
    }
    now.remark +=
        fmt::format("{}{} ({})", now.remark.empty() ? "no value: " : ", ", name, why(line.lack));
    return true;
  }

  bool take_enumerator(std::string_view line) {
    const std::string_view number = take_word(line);
    Enumerator one{std::string(line)};
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, one.value);
    if (error != std::errc() || stop != end || line.size() > max_declared_name ||
        !std::ranges::all_of(line, is_name_character))
      return false;
    if (enumeration_ == nullptr || !may_have(*enumeration_, one)) return true;
    if (enumeration_->enumerators.size() == max_enumerators) return false;
    enumeration_->enumerators.push_back(std::move(one));
    return true;
  }

  std::string_view text_;
  bool is_open_ = false;              // the last one is a function
  Parameter* enumeration_ = nullptr;  // that enumerators are of; null: it has no value
  std::vector<std::optional<Declared>> all_;
};

}  // namespace

bool Declared::is_like(const Declared& other) const {
  return result == other.result && passed == other.passed && parameters == other.parameters;
}

Result<std::vector<std::optional<Declared>>> parse_declared(std::string_view text, size_t count) {
  return DeclarationParser(text).run(count);
}

Result<std::vector<std::optional<Declared>>> declared_at(int file,
                                                         const std::vector<uint64_t>& addresses) {
  const std::string text =
      TRY(isolated(file, [&](int opened) { return read_dwarf(opened, addresses); }));
  return parse_declared(text, addresses.size());
}

}  // namespace plumb::probe
