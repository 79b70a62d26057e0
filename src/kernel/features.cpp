#include "kernel/features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/fd.h"
#include "base/text.h"

namespace plumb::kernel {
namespace {

struct BtfCloser {
  void operator()(btf* kernel) const { btf__free(kernel); }
};

const btf* vmlinux() {
  static const std::unique_ptr<btf, BtfCloser> kernel(btf__load_vmlinux_btf());
  return libbpf_get_error(kernel.get()) ? nullptr : kernel.get();
}

Availability refused(std::string_view what, int error, std::string remedy = {}) {
  return {false, std::string(what) + ": " + std::strerror(error), std::move(remedy)};
}

// Two instructions that any program type accepts: r0 = 0; exit.
const std::array<bpf_insn, 2> nothing = {
    bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
    bpf_insn{.code = BPF_JMP | BPF_EXIT}};

Availability fentry(std::string_view function) {
  if (auto btf = kernel_btf(); !btf) return btf;
  int id = btf__find_by_name_kind(vmlinux(), std::string(function).c_str(), BTF_KIND_FUNC);
  if (id < 0) return {false, "this kernel has no function " + std::string(function), {}};
  bpf_prog_load_opts options{};
  options.sz = sizeof(options);
  options.expected_attach_type = BPF_TRACE_FENTRY;
  options.attach_btf_id = static_cast<uint32_t>(id);
  Fd program(bpf_prog_load(BPF_PROG_TYPE_TRACING, "plumb_probe", "GPL", nothing.data(),
                           nothing.size(), &options));
  if (!program) return refused("load fentry", errno);
  Fd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  if (!link) return refused("attach fentry", errno);
  return {true, {}, {}};
}

Availability kprobe(std::string_view function) {
  auto type = read_file("/sys/bus/event_source/devices/kprobe/type", 64);
  if (!type) return {false, "this kernel is built without kprobes", "CONFIG_KPROBES=y"};
  const std::string name(function);
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = static_cast<uint32_t>(std::atoi(type->c_str()));
  attr.kprobe_func = reinterpret_cast<uint64_t>(name.c_str());
  Fd event(static_cast<int>(syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
  if (!event) return refused("kprobe " + name, errno);
  return {true, {}, {}};
}

Availability tracepoint(std::string_view name) {
  for (const char* root : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"})
    if (read_file(std::string(root) + "/events/" + std::string(name) + "/id", 64))
      return {true, {}, {}};
  return {false, "no tracepoint " + std::string(name) + " in tracefs",
          "mount -t tracefs tracefs /sys/kernel/tracing, unless lockdown hides it"};
}

Availability typed_tracepoint(std::string_view name) {
  if (auto btf = kernel_btf(); !btf) return btf;
  const std::string type = "btf_trace_" + std::string(name);
  if (btf__find_by_name_kind(vmlinux(), type.c_str(), BTF_KIND_TYPEDEF) < 0)
    return {false, "no such tracepoint", "this kernel has no tracepoint " + std::string(name)};
  return {true, {}, {}};
}

}  // namespace

Availability kernel_btf() {
  if (vmlinux()) return {true, {}, {}};
  return {false, "this kernel has no BTF (/sys/kernel/btf/vmlinux)",
          "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions since 2020 are"};
}

Availability ring_buffer() {
  if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nullptr) == 1) return {true, {}, {}};
  return {false, "this kernel has no BPF ring buffer", "kernel 5.8 or newer; perf buffers are used"};
}

Availability surface_of(std::string_view section) {
  size_t slash = section.find('/');
  std::string_view kind = section.substr(0, slash);
  std::string_view rest = slash == std::string_view::npos ? "" : section.substr(slash + 1);
  if (kind == "tp_btf") return typed_tracepoint(rest);
  if (kind == "fentry" || kind == "fexit") return fentry(rest);
  if (kind == "kprobe" || kind == "kretprobe") return kprobe(rest);
  if (kind == "tracepoint") return tracepoint(rest);
  return {true, {}, {}};
}

}  // namespace plumb::kernel
