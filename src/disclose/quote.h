// Quotes: where quoted text ends, whatever it was written within.
#pragma once
#include "disclose/element.h"

namespace plumb::disclose {

// The backslashes directly before `at`: none before the quotes of JSON, one before those of JSON in
// a string, three before those of a string in such a string.
size_t escapes_before(const Element& element, size_t at);

// The quote that closes the one at `open`, looked for from `from`; the element's end where none
// does. One that is escaped once more belongs to the text, one that is escaped less ends what the
// text is within.
size_t closing_quote(const Element& element, size_t open, size_t from);

// Where the text ends that the quote at `open` begins: at the closing quote or what escapes it.
// Beyond closing_quote() it knows how shells (it'\''s, it'"'"'s) and databases (it''s) write a
// quote within quotes.
size_t quoted_end(const Element& element, size_t open, size_t from);

}  // namespace plumb::disclose
