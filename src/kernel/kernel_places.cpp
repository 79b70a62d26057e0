#include "kernel/kernel_places.h"

#include <bpf/bpf.h>
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

// struct bpf_link_info as of 6.7 (include/uapi/linux/bpf.h), of the kinds whose numbers stand here.
// An older kernel leaves what it does not know as it is: 0.
struct LinkInfo {
  uint32_t kind = 0, id = 0, program = 0, unused = 0;
  uint32_t of = 0, unused_too = 0;
  uint64_t function = 0;
  uint32_t function_size = 0, offset = 0;
  uint64_t address = 0, missed = 0;
};
constexpr uint32_t perf_event_link = 7, of_kprobe = 3, of_kretprobe = 4;

uint64_t not_probed(int link) {
  LinkInfo info;
  uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(link, &info, &size) || info.kind != perf_event_link) return 0;
  return info.of == of_kprobe || info.of == of_kretprobe ? info.missed : 0;
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

uint64_t not_probed(const KernelLinks& links) {
  uint64_t sum = 0;
  for (const LinkPtr& link : links.all) sum += not_probed(bpf_link__fd(link.get()));
  return sum;
}

}  // namespace plumb::kernel
