// Who is looked at in a recording: the conditions of Who as an expression over the caller in each
// event.
#pragma once
#include <string>

#include "session/request.h"

namespace plumb::session {

// An expression for --where; "" when nothing is asked. Children are not followed: a recording need
// not hold how processes began.
std::string expression_of(const Who& who);

}  // namespace plumb::session
