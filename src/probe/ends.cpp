#include "probe/ends.h"

#include <algorithm>

#include "probe/place_check.h"
#include "probe/sweep.h"

namespace plumb::probe {
namespace {

struct Part {
  uint64_t offset = 0, size = 0;
  Sweep code;
};

Fail refused(const Function& function, const char* why) {
  return misuse(function.name + why, "probe its calls alone, without -> TYPE");
}

Result<Part> part_of(const Function& function, const Bytes& bytes) {
  const std::string code = code_of(function, bytes);
  Part part{function.offset, function.size, sweep(code)};
  if (!is_whole(function, code) || !part.code.whole || !part.code.consistent)
    return refused(function, ": not all of its code is understood");
  return part;
}

// Whether each jump out of the part leads to an instruction of another one.
bool stays_within(const Part& part, const std::vector<Part>& parts) {
  return !part.code.runs_out && std::ranges::all_of(part.code.exits, [&](uint64_t exit) {
    return std::ranges::any_of(parts, [&](const Part& other) {
      return other.code.begins_at(part.offset + exit - other.offset);
    });
  });
}

}  // namespace

Result<std::vector<uint64_t>> ends_of(const Function& function, const std::vector<Function>& all,
                                      const Bytes& bytes, bool has_tables) {
  std::vector<Part> parts;
  parts.push_back(TRY(part_of(function, bytes)));
  for (const Function& each : all)
    if (each.name == function.name + ".cold") parts.push_back(TRY(part_of(each, bytes)));
  if (parts.size() > 2)
    return refused(function, " has several cold parts, of which one is its own");
  std::vector<uint64_t> ends;
  for (const Part& part : parts) {
    if (!stays_within(part, parts) || (part.code.has_indirect && !has_tables))
      return refused(function,
                     " may end by a jump to another function, and returns where that does");
    for (const uint64_t each : part.code.returns) ends.push_back(part.offset + each);
  }
  if (ends.empty()) return refused(function, " has no ret instruction");
  return ends;
}

}  // namespace plumb::probe
