// What debug information (DWARF) says of functions: their parameters and results, and how those are
// passed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probe/calling.h"
#include "probe/spec.h"

namespace plumb::probe {

constexpr size_t max_declared_name = 64;  // characters of a parameter's name; longer ones are cut

struct Declared {
  std::vector<Parameter> parameters;  // those that have a value, at most max_parameters
  std::vector<Passed> passed;         // all; begins with the address of a result in memory
  std::optional<Parameter> result;    // in the first general register; nothing: none is there
  // What has no value, and why, for people; "": all have one. Of a function whose arguments cannot
  // be told, why that is, and it has neither parameters nor a result.
  std::string remark;

  // Whether one may be probed with the arguments of the other.
  bool is_like(const Declared& other) const;
};

// Of the functions that begin at these addresses, in their order; nothing: there is no function
// known. The file is read by libdw, isolated.
Result<std::vector<std::optional<Declared>>> declared_at(int file,
                                                         const std::vector<uint64_t>& addresses);

// What the isolated reader has written, of so many functions: it may be anything.
Result<std::vector<std::optional<Declared>>> parse_declared(std::string_view text, size_t count);

}  // namespace plumb::probe
