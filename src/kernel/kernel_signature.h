// What functions and tracepoints of the kernel are passed, as its BTF tells it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probe/spec.h"

namespace plumb::kernel {

struct KernelParameter {
  probe::Parameter parameter;
  bool is_told = true;  // a number or an address; not a struct, or a number of another size
  uint32_t slots = 1;   // of eight bytes that it takes

  bool operator==(const KernelParameter&) const = default;
};

// "const char *" is text, but where a size_t follows: that is a buffer, and may have no end; it is
// an address like any other pointer.
struct KernelSignature {
  std::vector<KernelParameter> parameters;
  std::optional<probe::Parameter> result;  // none: void, or not told

  bool operator==(const KernelSignature&) const = default;
};

// None where BTF does not have it: a module's own, or one that the compiler made another of.
std::optional<KernelSignature> signature_of_function(const std::string& name);
std::optional<KernelSignature> signature_of_tracepoint(const std::string& name);

}  // namespace plumb::kernel
