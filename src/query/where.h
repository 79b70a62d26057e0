// Where: the typed tree of a --where expression.
#pragma once
#include <re2/re2.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "query/expression.h"
#include "query/source.h"

namespace plumb::query {

using Address = std::array<uint8_t, 16>;

struct Value {
  uint64_t number = 0;  // as schema::Record::bits extends the field
  std::string text;
  Address address{};
  Address mask{};
};

// field TEST any of the values; != > >= are ==, <=, < negated.
struct Comparison {
  enum class Subject : uint8_t { number, text, address, name };  // name: by schema::Names
  enum class Test : uint8_t { equal, less, at_most, starts, ends, contains, regex };

  Span span;  // in the text, without parentheses
  const schema::Field* field = nullptr;
  Subject subject = Subject::number;
  Test test = Test::equal;
  bool negated = false;
  std::vector<Value> values;
  std::unique_ptr<const re2::RE2> regex;

  bool holds(const schema::Record& record, schema::Names* names) const;
};

struct Node {
  enum class Kind : uint8_t { all, any, negation, comparison };

  Kind kind = Kind::comparison;
  Span span;  // with the parentheses around it
  std::vector<Node> parts;
  Comparison comparison;

  bool holds(const schema::Record& record, schema::Names* names) const;
};

class Where : public Expression {
 public:
  Where(std::string text, Node root) : text_(std::move(text)), root_(std::move(root)) {}

  bool matches(const schema::Record& record, schema::Names* names) const override {
    return root_.holds(record, names);
  }
  const Node& root() const { return root_; }
  std::string_view text_at(Span span) const { return Source{"", text_}.at(span); }

 private:
  std::string text_;
  Node root_;
};

Result<std::unique_ptr<Where>> parse_where(std::string_view text, const Scope& scope);

}  // namespace plumb::query
