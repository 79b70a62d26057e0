// ContextValue: where a program in the kernel finds a value in its context, in the words of
// bpf/context_value.bpf.h.
#pragma once
#include <cstdint>

#include "probe/spec.h"

namespace plumb::probe {

struct ContextValue {
  enum class Form : uint8_t {
    none,     // nowhere that is known
    here,     // at `offset`
    later,    // where the number of four bytes there says: length << 16 | place in the context
    behind,   // the same, but the place is counted from behind that number
    pointed,  // at the address there
    passed,   // the same, which a process has passed: in its memory, and never in the kernel's
  };
  Form form = Form::none;
  uint32_t offset = 0;    // bytes
  uint32_t size = 0;      // bytes: of a number; of an array that is here
  bool on_stack = false;  // of a kprobe: `offset` is from the stack pointer on

  bool operator==(const ContextValue&) const = default;
};

struct ContextField {
  Parameter parameter;
  ContextValue value;

  bool operator==(const ContextField&) const = default;
};

}  // namespace plumb::probe
