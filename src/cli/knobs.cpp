// The flags that tracers bring with them.
#include <algorithm>

#include "base/text.h"
#include "cli/options.h"
#include "cli/values.h"
#include "schema/describe.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

using session::Request;

Flag flag_of(const schema::Knob& knob, Request& r) {
  std::string name = knob.name;
  std::replace(name.begin(), name.end(), '_', '-');
  const bool is_switch = knob.type.kind == schema::Kind::boolean;
  const bool is_time = knob.type.unit == schema::Unit::ns;
  const bool is_size = knob.type.unit == schema::Unit::bytes;
  const schema::Enumeration* names = knob.type.names.get();
  std::string help = knob.type.doc;
  for (size_t i = 0; names && i < names->values.size(); i++)
    help += (i ? " " : ": ") + names->values[i].second;
  const std::string fallback = schema::default_of(knob);
  return {"--" + name,
          is_switch ? ""
          : is_time ? "TIME"
          : is_size ? "SIZE"
          : names   ? (names->bits ? "NAME,..." : "NAME")
                    : "N",
          fallback.empty() ? help : help + " (default " + fallback + ")",
          into(r.knobs[knob.name]),
          "",
          {},
          is_switch};
}

}  // namespace

std::vector<FlagGroup> knob_flags(Request& r, const Words& tracers) {
  std::vector<FlagGroup> groups;
  for (const std::string& name : tracers) {
    auto tracer = session::open_tracer(name);
    if (!tracer) continue;
    FlagGroup group{"Of " + tracer->name(), {}};
    for (const schema::Knob& knob : tracer->schema().knobs)
      if (!r.knobs.contains(knob.name)) group.flags.push_back(flag_of(knob, r));
    if (!group.flags.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace plumb::cli
