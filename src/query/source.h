// Source: the text of one option, and errors that point into it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/schema.h"

namespace plumb::query {

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

struct Source {
  std::string_view option;  // "--where"
  std::string_view text;

  std::string_view at(Span span) const { return text.substr(span.begin, span.end - span.begin); }
  // "OPTION: what", the text, and a caret under the span.
  Fail complain(Span span, const std::string& what, std::string hint = {}) const;
  // The pieces between commas, without the blanks around them.
  std::vector<Span> items() const;
};

// What names may refer to.
struct Scope {
  const schema::Event& event;
  bool private_fields = true;  // false: naming one is an error

  // The field that `span` names.
  Result<const schema::Field*> field(const Source& source, Span span) const;
  // The same, or all members of the struct that it names but those that may not be named.
  Result<std::vector<const schema::Field*>> fields(const Source& source, Span span) const;
};

}  // namespace plumb::query
