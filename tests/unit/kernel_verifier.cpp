// What is shown of a verifier's log. The logs are those of Linux 6.1 and 6.18, shortened.
#include "kernel/verifier.h"

#include <gtest/gtest.h>

namespace plumb::kernel::verifier_test {
namespace {

TEST(VerifierLog, TheComplaintItsInstructionAndItsSource) {
  EXPECT_EQ(distill_verifier_log(
                "libbpf: prog 'on_exec': BPF program load failed: Permission denied\n"
                "libbpf: prog 'on_exec': -- BEGIN PROG LOAD LOG --\n"
                "reg type unsupported for arg#0 function on_exec#12\n"
                "0: R1=ctx(off=0,imm=0) R10=fp0\n"
                "; int on_exec(void *ctx)\n"
                "0: (b7) r1 = 0                        ; R1_w=0\n"
                "; return *number;\n"
                "1: (61) r0 = *(u32 *)(r1 +0)\n"
                "R1 invalid mem access 'scalar'\n"
                "processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0\n"
                "-- END PROG LOAD LOG --\n"),
            "R1 invalid mem access 'scalar'\n    at 1: (61) r0 = *(u32 *)(r1 +0)\n    in return "
            "*number;");
}

TEST(VerifierLog, AComplaintAboutTheWholeProgram) {
  EXPECT_EQ(distill_verifier_log(
                "libbpf: prog 'on_fork': BPF program load failed: Permission denied\n"
                "libbpf: prog 'on_fork': -- BEGIN PROG LOAD LOG --\n"
                "combined stack size of 2 calls is 768. Too large\n"
                "processed 4430 insns (limit 1000000) max_states_per_insn 4 total_states 86\n"
                "-- END PROG LOAD LOG --\n"
                "libbpf: prog 'on_fork': failed to load: -13\n"),
            "combined stack size of 2 calls is 768. Too large");
}

TEST(VerifierLog, NothingIsMadeUp) {
  EXPECT_EQ(distill_verifier_log(""), "");
  EXPECT_EQ(distill_verifier_log(
                "libbpf: prog 'on_exec': BPF program load failed: Operation not permitted\n"
                "libbpf: failed to load object 'exec'\n"
                "You may have to raise RLIMIT_MEMLOCK\n"),
            "");
}

}  // namespace
}  // namespace plumb::kernel::verifier_test
