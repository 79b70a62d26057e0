#include "probe/event.h"

#include <fmt/format.h>

namespace plumb::probe {

std::string event_name(const Spec& spec) {
  if (spec.address) return fmt::format("{:#x}", *spec.address);
  if (spec.is_pattern() && !spec.target.empty())
    return fmt::format("{}:{}", spec.target.substr(spec.target.rfind('/') + 1), spec.function);
  const size_t colons = spec.function.rfind("::");
  std::string name =
      colons == spec.function.npos ? spec.function : spec.function.substr(colons + 2);
  if (spec.offset) name += fmt::format("+{:#x}", spec.offset);
  return name;
}

Result<> check_signature(const Spec& spec) {
  if (spec.offset == 0 || (spec.parameters.empty() && !spec.has_return)) return {};
  return misuse(fmt::format("{}: behind a function's entry its arguments may be gone", spec.text),
                "probe its entry, or leave the signature out");
}

}  // namespace plumb::probe
