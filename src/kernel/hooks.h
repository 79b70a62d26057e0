// The programs of an object and where they attach, as their sections and tags say.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct bpf_object;
struct bpf_link;

namespace plumb::kernel {

// A program is loaded only when this knob has any of these bits.
struct Condition {
  std::string knob;
  uint64_t bits = UINT64_MAX;
};

// One program of the object and where it would attach.
struct Hook {
  std::string program;
  std::string section;                // "tp_btf/sched_process_exec"
  std::string purpose;                // programs with the same purpose are alternatives
  std::vector<Condition> conditions;  // all must hold
  std::string instead;                // a section: only where the kernel offers nothing for it
  bool at_end = false;                // never attached: run when the run ends
  bool until_seen = false;            // never attached: run until it writes nothing
  bool chosen = false;
  // Nobody may try here whether this kernel allows it (no privilege): it may be what is chosen.
  bool unknown = false;
  std::string refusal;  // why this kernel does not allow it; empty when it does or was not asked
  std::string remedy;   // what would allow it; may be empty
};

struct LinkCloser {
  void operator()(bpf_link* link) const;
};
using LinkPtr = std::unique_ptr<bpf_link, LinkCloser>;

// In the object's order; none is chosen yet.
std::vector<Hook> hooks_of(bpf_object* object);

}  // namespace plumb::kernel
