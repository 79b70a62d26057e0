// Kernel places: the tracepoints and functions of the kernel that one program attaches to.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/hooks.h"

struct bpf_program;

namespace plumb::kernel {

struct KernelPlace {
  std::string category;  // of a tracepoint, else ""
  std::string name;
  uint64_t offset = 0;  // behind a function's begin
  uint64_t cookie = 0;  // what the program is told
};

// For people: "sched:sched_switch", "vfs_read+0x10".
std::string place_name(const KernelPlace& place);

// A section like "kprobe", whose program goes to the places that it is given.
bool names_no_place(std::string_view section);

// What keeps programs attached.
struct KernelLinks {
  std::vector<LinkPtr> all;
  std::vector<Fd> with_cookies;  // of raw tracepoints, which libbpf gives none
};

// The program of a kprobe, to what the compiler has made of its function (renamed_function); null
// with errno where there is none.
bpf_link* attach_renamed(const bpf_program* program);

// Attaches the program there and adds what keeps it to `links`. A place that the kernel does not
// take is told on standard error, and the others are attached all the same; none at all is an
// error.
Result<> attach_in_kernel(const bpf_program* program, const std::vector<KernelPlace>& places,
                          KernelLinks& links);

// Calls that the kernel did not probe so far: of a kretprobe those beyond as many as it can wait
// for at once, of any kprobe those from within another. The kernel tells it since 6.7
// (bpf_link_info.perf_event.kprobe.missed); before, 0.
uint64_t not_probed(const KernelLinks& links);

}  // namespace plumb::kernel
