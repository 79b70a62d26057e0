#include "kernel/features.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/text.h"
#include "kernel/kernel_types.h"
#include "kernel/probes.h"
#include "kernel/probes_program.h"
#include "kernel/sampling.h"

namespace plumb::kernel {
namespace {

constexpr std::array tracefs_roots = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

Availability tracepoint(std::string_view name) {
  if (tracepoint_id(name)) return {true, {}, {}};
  if (auto readable = tracefs(); !readable) return readable;
  return {false, "this kernel has no tracepoint " + std::string(name),
          "a kernel with the tracepoint " + std::string(name)};
}

Availability typed_tracepoint(std::string_view name) {
  if (auto btf = kernel_btf(); !btf) return btf;
  if (is_kernel_name("btf_trace_" + std::string(name))) return {true, {}, {}};
  return {false, "no such tracepoint", "a kernel with the tracepoint " + std::string(name)};
}

Availability iterator(std::string_view over) {
  if (is_kernel_name("bpf_iter_" + std::string(over))) return {true, {}, {}};
  return {false, "this kernel has no iterator over " + std::string(over), "kernel 5.8 or newer"};
}

// To try a function of the kernel is to patch it, and to wait until nobody runs what it was, twice.
// So one is tried for all of a kind; of the others it is enough that the kernel's types have them.
Availability function(Availability (*attempt)(std::string_view), std::string_view name,
                      bool& proven) {
  if (proven && kernel_type_id(std::string(name), BTF_KIND_FUNC)) return {true, {}, {}};
  Availability answer = attempt(name);
  proven |= answer.yes;
  return answer;
}

}  // namespace

Availability refused(std::string_view what, int error, std::string remedy) {
  return {false, std::string(what) + ": " + std::strerror(error), std::move(remedy), error};
}

Availability tracefs() {
  bool hidden = false;
  for (const char* root : tracefs_roots) {
    if (access((std::string(root) + "/events").c_str(), R_OK) == 0) return {true, {}, {}};
    hidden |= errno == EACCES;
  }
  if (hidden) return {false, "tracefs is for root alone", "run as root", EACCES};
  return {false, "tracefs is not mounted",
          "mount -t tracefs tracefs /sys/kernel/tracing, unless lockdown hides it"};
}

std::string tracefs_events() {
  std::string events;
  for (const char* root : tracefs_roots)
    if (events = std::string(root) + "/events"; access(events.c_str(), R_OK) == 0) break;
  return events;
}

std::optional<uint64_t> tracepoint_id(std::string_view name) {
  for (const char* root : tracefs_roots) {
    auto text = read_file(std::string(root) + "/events/" + std::string(name) + "/id", 64);
    if (!text) continue;
    if (auto id = parse_unsigned(split(*text, '\n').front()); id) return *id;
  }
  return {};
}

bool tracepoints_are_preemptible() {
  static const bool preemptible = is_kernel_name("class_srcu_fast_notrace_t");
  return preemptible;
}

bool no_program_interrupts_itself() {
  static const bool never = is_kernel_name("bpf_prog_inc_misses_counter");
  return never;
}

Availability kernel_btf() {
  if (access(kernel_btf_file, R_OK) == 0 || kernel_types()) return {true, {}, {}};
  return {false, "this kernel has no BTF (/sys/kernel/btf/vmlinux)",
          "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions since 2020 are"};
}

Availability may_try() {
  static const Availability answer = [] {
    Fd program = load_nothing({BPF_PROG_TYPE_RAW_TRACEPOINT});
    if (program || (errno != EPERM && errno != EACCES)) return Availability{true, {}, {}};
    return refused("load a program", errno, "run as root, or with CAP_BPF and CAP_PERFMON");
  }();
  return answer;
}

Availability ring_buffer() {
  if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nullptr) == 1) return {true, {}, {}};
  if (auto allowed = may_try(); !allowed) return allowed;
  return {false, "this kernel has no BPF ring buffer",
          "kernel 5.8 or newer; perf buffers are used"};
}

Availability loop_helper() {
  static const Availability answer = helper(BPF_FUNC_loop, Caller::kprobe);
  return answer;
}

Availability surface_of(std::string_view section) {
  if (auto btf = kernel_btf(); !btf) return btf;  // every program reads the kernel's structures
  size_t slash = section.find('/');
  std::string_view kind = section.substr(0, slash);
  std::string_view rest = slash == std::string_view::npos ? "" : section.substr(slash + 1);
  const bool is_pattern = rest.find_first_of("*?") != std::string_view::npos;
  if (kind == "tp_btf") return typed_tracepoint(rest);
  static bool entries = false, exits = false, kprobes = false;
  if (kind == "fentry")
    return function([](auto name) { return try_trampoline(BPF_TRACE_FENTRY, name); }, rest,
                    entries);
  if (kind == "fexit")
    return function([](auto name) { return try_trampoline(BPF_TRACE_FEXIT, name); }, rest, exits);
  if (kind == "kprobe" || kind == "kretprobe")
    return is_pattern ? program_type(ProgramType::kprobe) : function(try_kprobe, rest, kprobes);
  if (kind == "tracepoint") return is_pattern ? tracefs() : tracepoint(rest);
  if (section.starts_with("lsm/")) return program_type(ProgramType::lsm);
  if (kind == "iter") return iterator(rest);
  if (kind == "iter.s")
    return is_kernel_name("bpf_copy_from_user_task")
               ? iterator(rest)
               : Availability{false, "this kernel lets no program read other processes", "5.18"};
  if (is_sampler(section)) {
    static const Availability clocks = samplers();
    return clocks;
  }
  if (kind == "uprobe.s" || kind == "uretprobe.s")
    return helper(BPF_FUNC_copy_from_user, Caller::sleepable_uprobe);
  return {true, {}, {}};
}

}  // namespace plumb::kernel
