#include "query/source.h"

#include <algorithm>

#include "base/utf8.h"

namespace plumb::query {
namespace {

// The text as a terminal may have it, in `text`, and the columns that it takes there. Characters
// that would move the caret or worse are blanks, bytes that are none are question marks.
struct Shown {
  std::string text;
  size_t columns = 0;
};

Shown printable(std::string_view text) {
  Shown shown;
  while (!text.empty()) {
    const Glyph glyph = decode_utf8(text);
    const size_t size = std::max<size_t>(glyph.size, 1);
    const bool echoed = glyph.size != 0 && !is_treacherous(glyph.code);
    shown.text += echoed ? text.substr(0, size) : glyph.size != 0 ? " " : "?";
    shown.columns += echoed ? width_of(glyph.code) : 1;
    text.remove_prefix(size);
  }
  return shown;
}

size_t columns(std::string_view text) { return printable(text).columns; }

Fail complain_of_private(const Source& source, Span span, const std::string& name) {
  return source.complain(span, "'" + name + "' is private and is not read",
                         "--privacy none leaves private fields out; choose another --privacy");
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

Fail Source::complain(Span span, const std::string& what, std::string hint) const {
  const size_t before = columns(text.substr(0, span.begin));
  const size_t marked = std::max<size_t>(columns(at(span)), 1);
  return misuse(std::string(option) + ": " + what + "\n    " + printable(text).text + "\n    " +
                    std::string(before, ' ') + "^" + std::string(marked - 1, '~'),
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
    if (private_fields || field.privacy == schema::Privacy::open) members.push_back(&field);
  }
  if (is_struct && members.empty())
    return complain_of_private(source, span, std::string(source.at(span)));
  if (!is_struct) members.push_back(TRY(field(source, span)));
  return members;
}

}  // namespace plumb::query
