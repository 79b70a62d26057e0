// Token: the words of --where.
#pragma once
#include <string>
#include <vector>

#include "query/source.h"

namespace plumb::query {

struct Token {
  enum class Kind : uint8_t {
    end,
    word,    // a field, a number with its unit, a name, an address
    string,  // in double quotes
    both,    // &&
    either,  // ||
    negate,  // !
    open,
    close,
    comma,
    equal,
    unequal,
    less,
    at_most,
    more,
    at_least,
    matches,  // =~
  };
  Kind kind = Kind::end;
  Span span;
  std::string text;  // of a word or string, escapes resolved
};

// The last token is `end`.
Result<std::vector<Token>> tokens_of(const Source& source);

}  // namespace plumb::query
