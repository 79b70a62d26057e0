#include "kernel/packet_places.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/kernel_types.h"
#include "kernel/probes_program.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

constexpr std::array bases = {"vmemmap_base", "page_offset_base"};
constexpr size_t block_bytes = 64 << 10;  // the kernel fills what it is given; 1 KiB is the default

// Of a packet's tracepoint: bpf_dynptr_from_skb(its skb, 0, 16 bytes of stack).
bool may_call_for_bytes() {
  const uint32_t tracepoint = kernel_type_id("btf_trace_net_dev_queue", BTF_KIND_TYPEDEF);
  const uint32_t function = kernel_type_id("bpf_dynptr_from_skb", BTF_KIND_FUNC);
  if (!tracepoint || !function) return false;
  const std::array code = {
      bpf_insn{BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_1, 0, 0},
      bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 0},
      bpf_insn{BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_10, 0, 0},
      bpf_insn{BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, -16},
      bpf_insn{BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, static_cast<int>(function)},
      bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
      bpf_insn{BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  return static_cast<bool>(load_code({BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, tracepoint}, code));
}

// "ffffffff82a0f0c0 D vmemmap_base": all 0 to those who may not know, and without
// CONFIG_KALLSYMS_ALL there are no variables.
std::array<uint64_t, bases.size()> addresses_of_bases() {
  std::array<uint64_t, bases.size()> found{};
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen("/proc/kallsyms", "re"), fclose);
  if (!file) return found;
  setvbuf(file.get(), nullptr, _IOFBF, block_bytes);
  std::array<char, 512> line;
  size_t missing = bases.size();
  while (missing > 0 && fgets(line.data(), line.size(), file.get())) {
    for (size_t i = 0; i < bases.size(); i++) {
      if (!std::string_view(line.data()).ends_with(" " + std::string(bases[i]) + "\n")) continue;
      found[i] = strtoull(line.data(), nullptr, 16);
      missing--;
    }
  }
  return found;
}

}  // namespace

Result<> use_packet_places(Tracer& tracer) {
  if (!place_of(bpf_object__btf(tracer.object()), "packet_places")) return {};
  if (may_call_for_bytes()) return tracer.set("packet_places.lent", true);
  const auto addresses = addresses_of_bases();
  for (size_t i = 0; i < bases.size(); i++)
    TRY(tracer.set("packet_places." + std::string(bases[i]), addresses[i]));
  return {};
}

}  // namespace plumb::kernel
