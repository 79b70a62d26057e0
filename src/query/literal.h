// Literals: what a word or a string means as a value of a field.
#pragma once
#include "query/token.h"
#include "query/where.h"

namespace plumb::query {

// A number in the field's unit, or the name of one.
Result<uint64_t> number_of(const Source& source, const schema::Field& field, const Token& token);
// An address or a CIDR block.
Result<Value> address_of(const Source& source, const Token& token);

}  // namespace plumb::query
