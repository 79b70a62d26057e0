// Uses: what plumb's tracers do with each kind of program, as their own hooks say. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kernel/tracer.h"

namespace plumb::doctor {

// The tracers that have programs of one kind ("fentry").
struct Uses {
  std::vector<std::string> stand_on;  // for some purpose they have no other kind
  std::vector<std::string> may_do_without;
};
using UsesByKind = std::map<std::string, Uses, std::less<>>;

void add_uses(UsesByKind& uses, const std::string& tracer, const std::vector<kernel::Hook>& hooks);
// What is lost where programs of this kind cannot be had.
std::string cost_without(const UsesByKind& uses, std::string_view kind);

// "fentry, fexit: a kernel with ...; kprobe: ...": what would allow the hooks that were refused, of
// purposes that no other serves; "" when no hook knows.
std::string remedy_for_hooks(const std::vector<kernel::Hook>& hooks);

}  // namespace plumb::doctor
