// Gated calls: functions of an object that its programs call only with a certain plan.
//
// The kernel follows no branch that the plan has made dead. But before it gets there it goes
// through all the code of a program several times, functions that are called on such branches
// included: where_passes and add_by_long_key alone are two thirds of exec. A function says by
// ONLY_WITH (bpf/schema.bpf.h) which constant has to be set for it to be called; if it is not, its
// calls become calls to nothing, and libbpf leaves the function out. Were such a call not dead, the
// verifier would refuse the program.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct bpf_object;
struct btf;

namespace plumb::kernel {

struct GatedCall {
  std::string program;
  uint32_t instruction = 0;  // of the program, from 0
  std::string constant;      // "plan.leaves": a place in read-only data
};

// Those in `object`, an ELF file that libbpf has opened, whose types are `types`. A file that
// libelf cannot read has none.
std::vector<GatedCall> gated_calls(std::string_view object, const btf* types);

// Before the object is loaded: takes these calls out.
Result<> leave_out(bpf_object* object, const std::vector<GatedCall>& calls);

}  // namespace plumb::kernel
