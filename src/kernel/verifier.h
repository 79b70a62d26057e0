// Why the kernel refused to load an object, in the few lines that matter.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

struct bpf_object;

namespace plumb::kernel {

// The complaint, the source line it is about and the instruction, cut out of a verifier log; of a
// complaint about a whole program ("combined stack size of 3 calls is 544. Too large") that alone.
// Empty: the log has none.
std::string distill_verifier_log(std::string_view log);

// The error for a failed load. The whole log is written to a file that the error names.
Fail explain_refusal(const std::string& tracer, bpf_object* object, int error);

// What to do when the kernel refuses an object, or a part of it, with this errno.
std::string hint_of(int error);

// libbpf's messages are kept for explain_refusal instead of being printed; with `aloud` they are
// printed to standard error too.
void capture_libbpf_messages(bool aloud);

}  // namespace plumb::kernel
