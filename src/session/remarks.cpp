#include "session/remarks.h"

#include <fmt/format.h>

#include <set>

#include "base/print.h"

namespace plumb::session {
namespace {

// A wish for a surface that this kernel does not have changes nothing else.
void say_not_preferred(const kernel::Tracer& tracer, const std::string& preferred) {
  for (const kernel::Hook& hook : tracer.hooks())
    if (!preferred.empty() && hook.section.starts_with(preferred + "/") && !hook.refusal.empty())
      tell(fmt::format("plumb: {}: --prefer {}: not by {}: {}\n", tracer.name(), preferred,
                       hook.section, hook.refusal));
}

}  // namespace

// No error: who is traced may be about to make the user.
void say_unknown_names(const Prepared& prepared, Machine& machine) {
  std::set<std::string> said;
  for (const auto& plan : prepared.plans)
    for (const query::NamedValue& value : plan->names)
      if (std::string why = machine.why_unknown(value.field->format, value.name); !why.empty())
        if (said.insert(why).second) tell("plumb: --where: " + why + ": nothing matches it\n");
}

void say_ready(const kernel::Live& live, const std::string& preferred) {
  for (const kernel::Tracer& tracer : live.tracers()) say_not_preferred(tracer, preferred);
  for (const kernel::Tracer& tracer : live.tracers())
    for (const schema::Knob& knob : tracer.schema().knobs)
      if (!knob.warning.empty() && tracer.knob(knob.name))
        tell(fmt::format("plumb: {}: WARNING: --{}: {}\n", tracer.name(), knob.name, knob.warning));
  for (const kernel::Tracer& tracer : live.tracers())
    for (const std::string& missing : tracer.reductions())
      tell(fmt::format("plumb: {}: not seen: {}; plumb list {} says why\n", tracer.name(), missing,
                       tracer.name()));
  tell("plumb: ready\n");
}

}  // namespace plumb::session
