// Histogram: a distribution drawn as bars, one line per power of two.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "query/aggregate.h"
#include "schema/schema.h"

namespace plumb::render {

// The buckets that hist(x) shows, as query::Statistic has them; empty when there are none.
const std::vector<uint64_t>& histogram_of(const query::Show& show, const query::Cell& cell,
                                          const query::Grouping& grouping);

// `buckets` as query::Statistic has them; the field says the unit. Lines end with '\n'; nothing for
// no events. Runs of empty ranges between occupied ones are one line "...".
std::string draw_histogram(const std::vector<uint64_t>& buckets, const schema::Field& field);

}  // namespace plumb::render
