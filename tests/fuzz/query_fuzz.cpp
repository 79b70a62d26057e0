// Any text as a query, over a record of arbitrary bytes.
#include <cstdlib>

#include "query/aggregate.h"
#include "query/plan.h"
#include "query_event.h"

// Lines of the input: --where, --fields, --by, --show; what follows is the record.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace plumb;
  static const tests::TestEvent sample;
  std::string_view left(reinterpret_cast<const char*>(data), size);
  std::string lines[4];
  for (std::string& line : lines) {
    const size_t end = std::min(left.find('\n'), left.size());
    line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  auto plan = query::compile(
      {.where = lines[0], .fields = lines[1], .by = lines[2], .show = lines[3]}, sample.event, {});
  if (!plan) return 0;
  const int leaves = static_cast<int>(plan->leaves.size());
  for (int i = 0; i < leaves; i++) {
    const query::Leaf& leaf = plan->leaves[static_cast<size_t>(i)];
    for (int next : {leaf.yes, leaf.no})
      if (next >= 0 && (next <= i || next >= leaves)) std::abort();
  }
  tests::TestNames names;
  const schema::Record record{&sample.event, 0, 1, left};
  if (plan->where) (void)plan->where->matches(record, &names);
  if (!plan->grouping) return 0;
  query::Aggregate groups(*plan->grouping, sample.event, &names);
  groups.add(record);
  for (const query::Row& row : groups.rows(1))
    for (const query::Show& show : plan->grouping->shows)
      (void)query::evaluate(show, row.cell, *plan->grouping);
  return 0;
}
