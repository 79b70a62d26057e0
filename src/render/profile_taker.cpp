#include "render/profile_taker.h"

#include "render/stack_groups.h"

namespace plumb::render {

void ProfileTaker::aggregate(const schema::Event& event, const query::Plan& plan,
                             const std::vector<query::Row>& rows, const Interval&,
                             schema::Names& names) {
  if (is_by_stack(*plan.grouping))
    profiles_.insert_or_assign(event.name,
                               profile_of(event, *plan.grouping, rows, names, moments_));
}

}  // namespace plumb::render
