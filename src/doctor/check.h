// Check: one thing plumb wants of a machine, and what came of trying it.
#pragma once
#include <string>
#include <vector>

namespace plumb::doctor {

enum class Status { ok, reduced, missing };

struct Check {
  std::string group;
  std::string name;
  Status status = Status::ok;
  std::string found;   // may be empty when all is well
  std::string cost;    // what plumb lacks without it; empty when ok
  std::string remedy;  // how to get it; may be empty
};
inline constexpr const char* not_tried = "not tried: bpf(2) is refused";

using Checks = std::vector<Check>;

struct Report {
  std::string kernel;  // release
  Checks checks;
  bool can_trace = false;
  std::string what = "trace here";  // what can be done or not
};

}  // namespace plumb::doctor
