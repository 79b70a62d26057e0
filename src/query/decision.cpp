#include "query/decision.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace plumb::query {
namespace {

// Appends the leaves of `decision`, which go on at `yes` or `no`.
void emit(const Decision& decision, int yes, int no, std::vector<Leaf>& list) {
  if (decision.kind == Decision::Kind::leaf) {
    Leaf& leaf = list.emplace_back(decision.leaf);
    leaf.yes = decision.negated ? no : yes;
    leaf.no = decision.negated ? yes : no;
    return;
  }
  const bool is_all = decision.kind == Decision::Kind::all;
  for (const Decision& part : decision.parts) {
    const int after = static_cast<int>(list.size() + part.leaves());
    const bool is_last = &part == &decision.parts.back();
    emit(part, is_all && !is_last ? after : yes, !is_all && !is_last ? after : no, list);
  }
}

}  // namespace

Decision Decision::of(Leaf leaf, bool negated) {
  Decision decision;
  decision.kind = Decision::Kind::leaf;
  decision.negated = negated;
  decision.leaf = std::move(leaf);
  return decision;
}

Decision Decision::join(Kind kind, std::vector<Decision> parts) {
  const Kind neutral = kind == Decision::Kind::all ? Decision::Kind::always : Decision::Kind::never;
  const Kind decisive =
      kind == Decision::Kind::all ? Decision::Kind::never : Decision::Kind::always;
  Decision joined;
  joined.kind = kind;
  for (Decision& part : parts) {
    if (part.kind == decisive) {
      // "never" is always exact: it is a superset of the truth
      joined.exact = std::ranges::any_of(
          parts, [&](const Decision& each) { return each.kind == decisive && each.exact; });
      return {decisive, joined.exact};
    }
  }
  for (Decision& part : parts) {
    joined.exact &= part.exact;
    if (part.kind == neutral) continue;
    if (part.kind == kind)
      std::ranges::move(part.parts, std::back_inserter(joined.parts));
    else
      joined.parts.push_back(std::move(part));
  }
  if (joined.parts.empty()) return {neutral, joined.exact};
  std::stable_partition(joined.parts.begin(), joined.parts.end(),
                        [](const Decision& part) { return !part.needs_tail(); });
  if (joined.parts.size() > 1) return joined;
  Decision only = std::move(joined.parts.front());
  only.exact = joined.exact;
  return only;
}

size_t Decision::leaves() const {
  if (kind == Decision::Kind::leaf) return 1;
  return std::accumulate(parts.begin(), parts.end(), size_t{0},
                         [](size_t sum, const Decision& part) { return sum + part.leaves(); });
}

bool Decision::needs_tail() const {
  if (kind == Decision::Kind::leaf) return leaf.place != Leaf::Place::field;
  return std::ranges::any_of(parts, &Decision::needs_tail);
}

Decision Decision::within(size_t most) && {
  if (leaves() <= most) return std::move(*this);
  if (kind != Decision::Kind::all) return undecided();
  std::vector<Decision> kept;
  for (Decision& part : parts) {
    kept.push_back(std::move(part).within(most));
    most -= kept.back().leaves();
  }
  return join(Decision::Kind::all, std::move(kept));
}

std::vector<Leaf> list_of(const Decision& decision, const schema::Field& any_field) {
  std::vector<Leaf> list;
  if (decision.kind == Decision::Kind::always) return list;
  if (decision.kind == Decision::Kind::never) {
    Leaf& leaf = list.emplace_back();  // no words to compare: it holds for every event
    leaf.op = Leaf::Op::words;
    leaf.field = &any_field;
    leaf.yes = leaf.no = Leaf::reject;
    return list;
  }
  emit(decision, Leaf::pass, Leaf::reject, list);
  return list;
}

}  // namespace plumb::query
