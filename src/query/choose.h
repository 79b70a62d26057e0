// What --fields, --by and --show choose of an event.
#pragma once
#include <string_view>
#include <vector>

#include "query/plan.h"
#include "query/source.h"

namespace plumb::query {

// The option of Ask::waker, as fields name it (schema::Field::asked_by).
constexpr std::string_view waker_option = "waker";

// "a,b" exactly; "+c,-d" changes the default, which leaves out details unless `all_fields`. A
// struct's name means all its members, but for those that are told on request.
Result<std::vector<const schema::Field*>> choose_columns(const Ask& ask, const Scope& scope);

// Details that tables show within the place of one of these columns. Who names columns exactly
// gets those alone, and who takes such a detail out does not get it.
Result<std::vector<const schema::Field*>> choose_asides(
    const Ask& ask, const Scope& scope, const std::vector<const schema::Field*>& columns);

// Keys and statistics, and whether the kernel can keep them.
Result<Grouping> choose_groups(const Ask& ask, const Scope& scope, const Limits& limits,
                               bool where_exact);

}  // namespace plumb::query
