// Tokens: secrets that are known by their looks, wherever they stand.
#pragma once
#include "disclose/element.h"

namespace plumb::disclose {

// Keys with well-known beginnings (AKIA, ghp_, xoxb-, sk-, ...) and JSON web tokens. Of an element
// that was cut, a beginning is enough. `word_starts`: of this element, as survey() finds them.
void find_tokens(const Element& element, const std::vector<size_t>& word_starts, Ranges& out);

// Long words of capital and small letters and digits without any pattern. Hexadecimal digests and
// UUIDs are identifiers (commits, images, containers) far more often than secrets: they stay, as do
// paths and words of a language.
void find_random_words(const Element& element, Ranges& out);

// -----BEGIN ... PRIVATE KEY-----
void find_private_keys(const Element& element, Ranges& out);

// scheme://user:PASSWORD@host   https://TOKEN@host
void find_url_passwords(const Element& element, Ranges& out);

}  // namespace plumb::disclose
