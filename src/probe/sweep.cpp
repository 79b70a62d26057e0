#include "probe/sweep.h"

#include <algorithm>

#include "probe/x86_code.h"

namespace plumb::probe {
namespace {

using Flow = Instruction::Flow;

void note(const Instruction& each, uint64_t at, uint64_t size, Sweep& out) {
  const bool jumps = each.flow == Flow::branch || each.flow == Flow::conditional;
  if (each.flow == Flow::call) out.has_calls = true;
  if (each.flow == Flow::ret) out.returns.push_back(at);
  if (each.target && *each.target < size)
    out.targets.push_back(*each.target);
  else if (jumps && each.target)
    out.exits.push_back(*each.target);
  else if (jumps)
    out.has_indirect = true;
}

// What runs on into what follows. A call there is of a function that does not return.
bool runs_out(Flow last) { return last == Flow::next || last == Flow::conditional; }

}  // namespace

bool Sweep::begins_at(uint64_t offset) const { return std::ranges::binary_search(begins, offset); }

Sweep sweep(std::string_view code) {
  Sweep out;
  Flow last = Flow::next;
  while (const auto each = decode(code, out.end)) {
    out.begins.push_back(out.end);
    note(*each, out.end, code.size(), out);
    out.end += each->length;
    last = each->flow;
  }
  out.whole = out.end == code.size();
  out.runs_out = runs_out(last);
  out.leaves = out.runs_out || !out.exits.empty();
  std::ranges::sort(out.targets);
  out.consistent = std::ranges::all_of(
      out.targets, [&](uint64_t target) { return target >= out.end || out.begins_at(target); });
  return out;
}

}  // namespace plumb::probe
