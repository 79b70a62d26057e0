#include <algorithm>

#include "query/where.h"

namespace plumb::query {
namespace {

using Test = Comparison::Test;

bool number_holds(const Comparison& comparison, uint64_t number) {
  const bool is_signed = comparison.field->is_signed();
  const auto below = [&](uint64_t a, uint64_t b) {
    return is_signed ? static_cast<int64_t>(a) < static_cast<int64_t>(b) : a < b;
  };
  return std::ranges::any_of(comparison.values, [&](const Value& value) {
    switch (comparison.test) {
      case Test::less:
        return below(number, value.number);
      case Test::at_most:
        return !below(value.number, number);
      case Test::contains:
        return (number & value.number) == value.number;
      default:
        return number == value.number;
    }
  });
}

bool text_holds(const Comparison& comparison, std::string_view text) {
  return std::ranges::any_of(comparison.values, [&](const Value& value) {
    switch (comparison.test) {
      case Test::starts:
        return text.starts_with(value.text);
      case Test::ends:
        return text.ends_with(value.text);
      case Test::contains:
        return text.find(value.text) != std::string_view::npos;
      case Test::regex:
        return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()),
                                      *comparison.regex);
      default:
        return text == value.text;
    }
  });
}

bool address_holds(const Comparison& comparison, std::string_view bytes) {
  if (bytes.size() != sizeof(Address)) return false;
  return std::ranges::any_of(comparison.values, [&](const Value& value) {
    for (size_t i = 0; i < bytes.size(); i++)
      if ((static_cast<uint8_t>(bytes[i]) & value.mask[i]) != value.address[i]) return false;
    return true;
  });
}

// A list is compared as a command line is written: its elements with a space between them.
std::string joined(std::string_view list) {
  std::string line(list);
  if (!line.empty() && line.back() == '\0') line.pop_back();
  std::ranges::replace(line, '\0', ' ');
  return line;
}

}  // namespace

bool Comparison::holds(const schema::Record& record, schema::Names* names) const {
  switch (subject) {
    case Subject::number:
      return number_holds(*this, record.bits(*field)) != negated;
    case Subject::address:
      return address_holds(*this, record.text(*field)) != negated;
    case Subject::name: {
      const std::string_view name =
          names ? names->name(field->format, record.bits(*field)) : std::string_view();
      return text_holds(*this, name) != negated;
    }
    case Subject::text:
      break;
  }
  if (field->kind == schema::Kind::tail_list)
    return text_holds(*this, joined(record.text(*field))) != negated;
  return text_holds(*this, record.text(*field)) != negated;
}

bool Node::holds(const schema::Record& record, schema::Names* names) const {
  const auto inner = [&](const Node& part) { return part.holds(record, names); };
  switch (kind) {
    case Kind::all:
      return std::ranges::all_of(parts, inner);
    case Kind::any:
      return std::ranges::any_of(parts, inner);
    case Kind::negation:
      return !inner(parts.front());
    case Kind::comparison:
      break;
  }
  return comparison.holds(record, names);
}

}  // namespace plumb::query
