#include "kernel/probes_program.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <array>

#include "kernel/features.h"

namespace plumb::kernel {
namespace {

const bpf_insn succeed{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0};
const bpf_insn leave{.code = BPF_JMP | BPF_EXIT};

}  // namespace

Fd load_code(const Aim& aim, std::span<const bpf_insn> code, std::span<char> log) {
  bpf_prog_load_opts options{};
  options.sz = sizeof(options);
  options.expected_attach_type = aim.attach;
  options.attach_btf_id = aim.btf_id;
  options.prog_flags = aim.flags;
  options.log_buf = log.empty() ? nullptr : log.data();
  options.log_size = static_cast<uint32_t>(log.size());
  options.log_level = log.empty() ? 0 : 1;
  return Fd(bpf_prog_load(aim.type, "plumb_probe", "GPL", code.data(), code.size(), &options));
}

Fd load_nothing(const Aim& aim) {
  const std::array code = {succeed, leave};
  return load_code(aim, code);
}

Fd load_call(const Aim& aim, bpf_func_id helper, std::span<char> log) {
  const bpf_insn call{.code = BPF_JMP | BPF_CALL, .imm = static_cast<int>(helper)};
  const std::array code = {call, succeed, leave};
  return load_code(aim, code, log);
}

}  // namespace plumb::kernel
