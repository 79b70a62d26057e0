// The programs that probes load: a few instructions, of any type.
#pragma once
#include <linux/bpf.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/fd.h"

namespace plumb::kernel {

// Where a program goes; what a type does not need stays zero.
struct Aim {
  bpf_prog_type type;
  bpf_attach_type attach = {};
  uint32_t btf_id = 0;
  uint32_t flags = 0;
};

// Fails with errno. The verifier's words end up in `log` when there is room for them.
Fd load_code(const Aim& aim, std::span<const bpf_insn> code, std::span<char> log = {});
Fd load_nothing(const Aim& aim);
Fd load_call(const Aim& aim, bpf_func_id helper, std::span<char> log = {});

}  // namespace plumb::kernel
