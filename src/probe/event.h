// ProbeEvent: the event that a probe has, wherever it is.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "probe/spec.h"

namespace plumb::probe {

struct ProbeEvent {
  std::string name;
  std::string text;  // the probe, as it was written
  std::vector<Parameter> parameters;
  std::optional<Parameter> result;
  bool at_call = true;
  bool at_return = false;              // with at_call: both are one event
  std::vector<std::string> functions;  // what its name stands for
  std::vector<std::string> remarks;    // what is not seen, and why, for people
};

// It is called by what is probed, without its namespaces; a pattern by its target, too.
std::string event_name(const Spec& spec);

// Elsewhere than at its entry nobody knows what a function has in its registers: misuse.
Result<> check_signature(const Spec& spec);

}  // namespace plumb::probe
