#include "kernel/kernel_places.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/print.h"
#include "kernel/kernel_functions.h"

namespace plumb::kernel {
namespace {

constexpr size_t most_told = 10;

bpf_link* attach_tracepoint(const bpf_program* program, const KernelPlace& place) {
  bpf_tracepoint_opts options{};
  options.sz = sizeof(options);
  options.bpf_cookie = place.cookie;
  return bpf_program__attach_tracepoint_opts(program, place.category.c_str(), place.name.c_str(),
                                             &options);
}

bpf_link* attach_kprobe(const bpf_program* program, const KernelPlace& place, bool is_return) {
  bpf_kprobe_opts options{};
  options.sz = sizeof(options);
  options.bpf_cookie = place.cookie;
  options.offset = place.offset;
  options.retprobe = is_return;
  return bpf_program__attach_kprobe_opts(program, place.name.c_str(), &options);
}

// BPF_RAW_TRACEPOINT_OPEN as of 6.10, which libbpf 1.1 and its headers do not know.
struct RawTracepointLink {
  uint64_t name = 0;
  uint32_t program = 0, unused = 0;
  uint64_t cookie = 0;
};

Fd attach_raw_tracepoint(const bpf_program* program, const KernelPlace& place) {
  RawTracepointLink link;
  link.name = reinterpret_cast<uint64_t>(place.name.c_str());
  link.program = static_cast<uint32_t>(bpf_program__fd(program));
  link.cookie = place.cookie;
  return Fd(static_cast<int>(syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &link, sizeof(link))));
}

// fentry and fexit were told their function when they were loaded.
bpf_link* attach_one(const bpf_program* program, const KernelPlace& place) {
  const std::string_view section = bpf_program__section_name(program);
  if (section == "tracepoint") return attach_tracepoint(program, place);
  if (section == "raw_tp") return bpf_program__attach_raw_tracepoint(program, place.name.c_str());
  if (section == "kprobe" || section == "kretprobe")
    return attach_kprobe(program, place, section == "kretprobe");
  return bpf_program__attach_trace(program);
}

bool attach_one(const bpf_program* program, const KernelPlace& place, KernelLinks& links) {
  if (place.cookie != 0 && bpf_program__section_name(program) == std::string_view("raw_tp")) {
    Fd link = attach_raw_tracepoint(program, place);
    if (!link) return false;
    links.with_cookies.push_back(std::move(link));
    return true;
  }
  LinkPtr link(attach_one(program, place));
  if (!link) return false;
  links.all.push_back(std::move(link));
  return true;
}

}  // namespace

bpf_link* attach_renamed(const bpf_program* program) {
  const std::string_view section = bpf_program__section_name(program);
  const std::string name = renamed_function(section.substr(section.find('/') + 1));
  if (!name.empty() && section.starts_with("kprobe/"))
    return attach_kprobe(program, {.name = name}, false);
  errno = ENOENT;
  return nullptr;
}

std::string place_name(const KernelPlace& place) {
  return (place.category.empty() ? "" : place.category + ":") + place.name +
         (place.offset ? fmt::format("+{:#x}", place.offset) : "");
}

bool names_no_place(std::string_view section) { return section.find('/') == section.npos; }

Result<> attach_in_kernel(const bpf_program* program, const std::vector<KernelPlace>& places,
                          KernelLinks& links) {
  size_t refused = 0;
  std::string last;
  for (const KernelPlace& place : places) {
    if (attach_one(program, place, links)) continue;
    last = fmt::format("{}: {}", place_name(place), std::strerror(errno));
    if (refused++ < most_told && places.size() > 1) tell("plumb: not at " + last + "\n");
  }
  if (refused == places.size())
    return fail(last, "the kernel keeps probes away from what runs them: probe a caller of it");
  if (refused > most_told) tell(fmt::format("plumb: and {} places more\n", refused - most_told));
  return {};
}

}  // namespace plumb::kernel
