// Features: what this kernel allows, found by trying, never by its version.
#pragma once
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::kernel {

struct Availability {
  bool yes = false;
  std::string why_not;  // "attach: Operation not permitted"
  std::string remedy;   // what would make it possible; may be empty
  int error = 0;        // the errno behind why_not; 0 when there is none

  explicit operator bool() const { return yes; }
};
inline const Availability available{true, {}, {}};

// "WHAT: strerror(error)".
Availability refused(std::string_view what, int error, std::string remedy = {});

// May this process load tracing programs? Without, much of what follows cannot be known: those
// answers have the error EPERM or EACCES.
Availability may_try();
inline bool is_for_lack_of_privilege(const Availability& answer) {
  return answer.error == EPERM || answer.error == EACCES;
}

// Can a program with this section ("tp_btf/x", "kprobe/y", "tracepoint/a/b") attach here? Of a
// pattern ("kprobe/tcp_*"): to anything.
Availability surface_of(std::string_view section);

// Do programs on tracepoints run with preemption on? Kernels after 6.18 guard tracepoints by fast
// SRCU where they turned preemption off before (include/linux/tracepoint.h); their BTF shows the
// type of that guard.
bool tracepoints_are_preemptible();

// Does the kernel leave out (and count) every program that comes upon itself on one CPU? It did so
// for trampolines at first, since 6.1 for all that plumb uses; the function that counts is visible
// since.
bool no_program_interrupts_itself();

Availability kernel_btf();
Availability ring_buffer();
Availability loop_helper();  // bpf_loop

// Can tracefs be read? It knows the tracepoints.
Availability tracefs();
std::string tracefs_events();  // its folder of them, where it can
// The number tracefs gives "CATEGORY/NAME"; none when there is no such tracepoint or no tracefs.
std::optional<uint64_t> tracepoint_id(std::string_view name);

}  // namespace plumb::kernel
