// Schemes: credentials that say what they are.
//
//   Bearer x   X-Upstream: Bearer x   Basic YTpi   Token 12ab
#pragma once
#include "disclose/element.h"

namespace plumb::disclose {

// Bearer is hardly ever a word of a sentence; behind the others only what is no word is secret:
// "Basic usage" stays.
void find_schemes(const Element& element, Ranges& out);

}  // namespace plumb::disclose
