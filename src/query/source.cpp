#include "query/source.h"

#include <algorithm>

#include "base/caret.h"

namespace plumb::query {
namespace {

Fail complain_of_private(const Source& source, Span span, const std::string& name) {
  return source.complain(span, "'" + name + "' is private and is not read",
                         "--privacy none leaves private fields out; choose another --privacy");
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

Fail Source::complain(Span span, const std::string& what, std::string hint) const {
  return misuse(
      std::string(option) + ": " + what + caret_under(text, Stretch{span.begin, span.end}),
      std::move(hint));
}

std::vector<Span> Source::items() const {
  std::vector<Span> found;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    Span item{begin, comma};
    while (item.begin < item.end && is_blank(text[item.begin])) item.begin++;
    while (item.begin < item.end && is_blank(text[item.end - 1])) item.end--;
    found.push_back(item);
    begin = comma + 1;
  }
  return found;
}

Result<const schema::Field*> Scope::field(const Source& source, Span span) const {
  if (span.begin == span.end) return source.complain(span, "a field's name is missing");
  auto found = schema::find_field(event, source.at(span));
  if (!found) return source.complain(span, found.error().what, found.error().hint);
  if (!private_fields && (*found)->privacy != schema::Privacy::open)
    return complain_of_private(source, span, (*found)->path);
  return *found;
}

Result<std::vector<const schema::Field*>> Scope::fields(const Source& source, Span span) const {
  const std::string prefix = std::string(source.at(span)) + ".";
  std::vector<const schema::Field*> members;
  bool is_struct = false;
  for (const schema::Field& field : event.fields) {
    if (!field.path.starts_with(prefix)) continue;
    is_struct = true;
    if (field.on_request) continue;
    if (private_fields || field.privacy == schema::Privacy::open) members.push_back(&field);
  }
  if (is_struct && members.empty())
    return complain_of_private(source, span, std::string(source.at(span)));
  if (!is_struct) members.push_back(TRY(field(source, span)));
  return members;
}

}  // namespace plumb::query
