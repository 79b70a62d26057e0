// Assignments: values that a name or a header gives away.
//
//   PASSWORD=x   --api-key=x   -Ddb.password=x   host=h password=x   ?token=x&...
//   environ['TOKEN']='x'   user[password]=x   /password:x
//   "password": "x"   X-Auth-Token: x   Authorization: Bearer x   pass:x
#pragma once
#include "disclose/element.h"

namespace plumb::disclose {

void find_assignments(const Element& element, Ranges& out);

}  // namespace plumb::disclose
