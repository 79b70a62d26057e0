#include "disclose/quote.h"

#include <algorithm>

namespace plumb::disclose {
namespace {

// The length of what stands at `at` for a quote within quotes; 0 when the quote there closes.
size_t quote_within(const Element& element, size_t at, bool first) {
  const std::string_view rest = element.list.substr(at, element.end - at);
  const char quote = rest[0];
  const char other = quote == '"' ? '\'' : '"';
  if (rest.size() >= 4 && rest[1] == '\\' && rest[2] == quote && rest[3] == quote) return 4;
  if (rest.size() >= 5 && rest[1] == other && rest[2] == quote && rest[3] == other &&
      rest[4] == quote)
    return 5;
  return !first && rest.size() >= 2 && rest[1] == quote ? 2 : 0;
}

}  // namespace

size_t escapes_before(const Element& element, size_t at) {
  size_t begin = at;
  while (begin > element.begin && element.list[begin - 1] == '\\') begin--;
  return at - begin;
}

size_t closing_quote(const Element& element, size_t open, size_t from) {
  const size_t depth = escapes_before(element, open);
  size_t escapes = 0;
  for (size_t i = from; i < element.end; i++) {
    if (element.list[i] == '\\') {
      escapes++;
      continue;
    }
    // Each string within a string doubles the backslashes and adds one for the quote.
    const bool closes = escapes < depth || escapes % (2 * (depth + 1)) == depth;
    if (closes && element.list[i] == element.list[open]) return i;
    escapes = 0;
  }
  return element.end;
}

size_t quoted_end(const Element& element, size_t open, size_t from) {
  const size_t depth = escapes_before(element, open);
  for (size_t i = from;;) {
    const size_t close = closing_quote(element, open, i);
    if (close == element.end) return close;
    const size_t within = depth == 0 ? quote_within(element, close, close == from) : 0;
    if (within == 0) return close - std::min(escapes_before(element, close), depth);
    i = close + within;
  }
}

}  // namespace plumb::disclose
