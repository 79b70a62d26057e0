// Expression: --where, typed against a schema, and its meaning for one record.
//
//   latency > 10ms && (comm startswith "py" || remote.address in (10.0.0.0/8, ::1)) && !(pid == 1)
//
// Comparisons: == != < <= > >=, `in (a, b)`, startswith, endswith, contains, =~ (RE2). A value has
// the type of its field: a duration or size with its unit, a name of an enumeration, errno or
// signal, a quoted string, an address or CIDR block, true or false. A bare boolean field is a
// comparison with true. A list is compared as its elements with one space between them. Of a text
// that was cut (Record::cut) the captured bytes are compared, in the kernel and here alike. A
// control group, container, user or group is compared by its name when that is quoted, else by its
// number.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/names.h"
#include "schema/record.h"
#include "schema/schema.h"

namespace plumb::query {

class Expression {
 public:
  virtual ~Expression() = default;
  // `names` translates formats that need this machine (container, cgroup, user, group); it may be
  // null, then such text is empty.
  virtual bool matches(const schema::Record& record, schema::Names* names) const = 0;
};

// Fields are found with schema::find_field. An error has a caret under the column:
//   --where: unknown field 'latncy'
//       latncy > 10ms
//       ^~~~~~
//   hint: did you mean 'latency'?
Result<std::unique_ptr<Expression>> parse_where(std::string_view text, const schema::Event& event);

}  // namespace plumb::query
