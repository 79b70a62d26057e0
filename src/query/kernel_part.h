// The kernel's part of a --where: the comparisons that it can make, as a list of decisions.
//
// What it cannot decide counts as true once every ! is pushed down to the comparisons, so that it
// lets through a superset: never less than the expression.
#pragma once
#include <string>
#include <vector>

#include "query/plan.h"
#include "query/where.h"
#include "schema/names.h"

namespace plumb::query {

struct KernelPart {
  std::vector<Leaf> leaves;
  bool exact = true;
  std::string rest;  // the conjuncts that are left to user space
  std::vector<Placed> comparisons;
};

// `names` may be null: then no name is known to stand for certain numbers.
KernelPart kernel_part(const Where& where, const schema::Event& event, const Limits& limits,
                       schema::Names* names);

}  // namespace plumb::query
