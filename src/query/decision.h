// Decision: an expression as the kernel could decide it, folded as far as constants go.
#pragma once
#include <cstdint>
#include <vector>

#include "query/plan.h"

namespace plumb::query {

struct Decision {
  enum class Kind : uint8_t { always, never, leaf, all, any };

  Kind kind = Kind::always;
  bool exact = true;     // false: it may hold where the expression does not
  bool negated = false;  // of a leaf
  Leaf leaf;
  std::vector<Decision> parts;

  static Decision constant(bool holds) { return {holds ? Kind::always : Kind::never, true}; }
  static Decision undecided() { return {Kind::always, false}; }
  static Decision of(Leaf leaf, bool negated);
  // Folds constants; puts leaves that need a tail last, so that an event can be turned away before
  // its tails are read.
  static Decision join(Kind kind, std::vector<Decision> parts);

  size_t leaves() const;
  bool needs_tail() const;
  // The same with at most `most` leaves: weaker where it has to be.
  Decision within(size_t most) &&;
};

// As the list that the kernel walks; nothing for what always holds.
std::vector<Leaf> list_of(const Decision& decision, const schema::Field& any_field);

}  // namespace plumb::query
