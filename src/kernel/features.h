// Features: what this kernel allows, found by trying, never by its version.
#pragma once
#include <string>
#include <string_view>

namespace plumb::kernel {

struct Availability {
  bool yes = false;
  std::string why_not;  // "fentry: Operation not permitted"
  std::string remedy;   // what would make it possible; may be empty

  explicit operator bool() const { return yes; }
};

// Can a program with this section ("tp_btf/x", "kprobe/y", "tracepoint/a/b") attach here?
Availability surface_of(std::string_view section);

Availability kernel_btf();
Availability ring_buffer();

}  // namespace plumb::kernel
