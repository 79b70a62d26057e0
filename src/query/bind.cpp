#include "query/bind.h"

#include <array>

#include "query/literal.h"

namespace plumb::query {
namespace {

using schema::Field;
using schema::Format;
using Subject = Comparison::Subject;
using Test = Comparison::Test;

struct Operation {
  Token::Kind kind;
  std::string_view word;
  Test test;
  bool negated;
};
constexpr std::array operations = {Operation{Token::Kind::equal, "", Test::equal, false},
                                   Operation{Token::Kind::unequal, "", Test::equal, true},
                                   Operation{Token::Kind::less, "", Test::less, false},
                                   Operation{Token::Kind::at_most, "", Test::at_most, false},
                                   Operation{Token::Kind::more, "", Test::at_most, true},
                                   Operation{Token::Kind::at_least, "", Test::less, true},
                                   Operation{Token::Kind::matches, "", Test::regex, false},
                                   Operation{Token::Kind::word, "in", Test::equal, false},
                                   Operation{Token::Kind::word, "startswith", Test::starts, false},
                                   Operation{Token::Kind::word, "endswith", Test::ends, false},
                                   Operation{Token::Kind::word, "contains", Test::contains, false}};

bool is_text_test(Test test) {
  return test == Test::starts || test == Test::ends || test == Test::contains ||
         test == Test::regex;
}

Subject subject_of(const Field& field, Test test, const Token& first) {
  if (field.kind == schema::Kind::address) return Subject::address;
  if (field.is_text()) return Subject::text;
  const bool asks_for_text = is_text_test(test) || first.kind == Token::Kind::string;
  return schema::needs_names(field.format) && asks_for_text ? Subject::name : Subject::number;
}

bool is_ordered(const Field& field) {
  return field.kind == schema::Kind::unsigned_number || field.kind == schema::Kind::signed_number;
}

// The operations that the field has, for whoever tried another.
std::string operations_of(const Comparison& comparison) {
  const Field& field = *comparison.field;
  const bool is_text = comparison.subject == Subject::text || comparison.subject == Subject::name;
  const bool has_bits = field.names && field.names->bits;
  return "'" + field.path + "' has == != in" +
         (is_text             ? " startswith endswith contains =~"
          : is_ordered(field) ? " < <= > >="
          : has_bits          ? " contains"
                              : "");
}

Result<> check(const Source& source, const Comparison& comparison, const Token& operation) {
  const Field& field = *comparison.field;
  const std::string symbol = "'" + std::string(source.at(operation.span)) + "'";
  const bool is_text = comparison.subject == Subject::text || comparison.subject == Subject::name;
  const bool asks_bits = comparison.test == Test::contains && field.names && field.names->bits;
  if (is_text_test(comparison.test) && !is_text && !asks_bits)
    return source.complain(operation.span,
                           symbol + " compares text, which '" + field.path + "' is not",
                           operations_of(comparison));
  const bool orders = comparison.test == Test::less || comparison.test == Test::at_most;
  if (orders && (comparison.subject != Subject::number || !is_ordered(field)))
    return source.complain(operation.span,
                           symbol + " compares numbers, which '" + field.path + "' is not",
                           operations_of(comparison));
  return {};
}

Result<Value> value_of(const Source& source, const Comparison& comparison, const Token& token) {
  Value value;
  switch (comparison.subject) {
    case Subject::number:
      value.number = TRY(number_of(source, *comparison.field, token));
      break;
    case Subject::address:
      return address_of(source, token);
    case Subject::text:
    case Subject::name:
      if (token.kind != Token::Kind::string)
        return source.complain(token.span, "'" + comparison.field->path + "' is text",
                               "write \"" + token.text + "\"");
      value.text = token.text;
  }
  return value;
}

Result<> compile_regex(const Source& source, Comparison& comparison, const Token& token) {
  constexpr int64_t max_memory = 1 << 20;
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(max_memory);
  comparison.regex = std::make_unique<const re2::RE2>(token.text, options);
  if (comparison.regex->ok()) return {};
  return source.complain(token.span, comparison.regex->error(), "this is RE2's syntax");
}

}  // namespace

Result<Comparison> bind(const Source& source, const Field& field, const Token& operation,
                        std::span<const Token> values) {
  Comparison comparison;
  comparison.field = &field;
  for (const Operation& known : operations) {
    if (known.kind != operation.kind || known.word != operation.text) continue;
    comparison.test = known.test;
    comparison.negated = known.negated;
  }
  comparison.subject = subject_of(field, comparison.test, values.front());
  TRY(check(source, comparison, operation));
  for (const Token& token : values) {
    Value value = TRY(value_of(source, comparison, token));
    comparison.values.push_back(std::move(value));
  }
  if (comparison.test == Test::regex) TRY(compile_regex(source, comparison, values.front()));
  return comparison;
}

Result<Comparison> bind_boolean(const Source& source, const Field& field, Span span) {
  if (field.kind != schema::Kind::boolean)
    return source.complain(span, "'" + field.path + "' is compared with nothing",
                           "write " + field.path + " == ...");
  Comparison comparison;
  comparison.field = &field;
  comparison.values.emplace_back().number = 1;
  return comparison;
}

}  // namespace plumb::query
