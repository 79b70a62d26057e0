// Binding: gives a comparison's words the type of its field.
#pragma once
#include <span>

#include "query/token.h"
#include "query/where.h"

namespace plumb::query {

// `operation` is a symbol or one of the words in, startswith, endswith, contains.
Result<Comparison> bind(const Source& source, const schema::Field& field, const Token& operation,
                        std::span<const Token> values);

// `field` alone: a boolean that is true.
Result<Comparison> bind_boolean(const Source& source, const schema::Field& field, Span span);

}  // namespace plumb::query
