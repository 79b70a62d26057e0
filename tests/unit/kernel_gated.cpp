#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "kernel/gated_calls.h"

namespace plumb::kernel::gated_test {
namespace {

struct Closer {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using Object = std::unique_ptr<bpf_object, Closer>;

Object open(std::string_view bytes) {
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  return Object(bpf_object__open_mem(bytes.data(), bytes.size(), &options));
}

size_t calls_of(const bpf_object* object, const std::string& program) {
  const bpf_program* found = bpf_object__find_program_by_name(object, program.c_str());
  size_t calls = 0;
  for (size_t i = 0; i < bpf_program__insn_cnt(found); i++) {
    const bpf_insn& each = bpf_program__insns(found)[i];
    calls += each.code == (BPF_JMP | BPF_CALL) && each.src_reg == BPF_PSEUDO_CALL;
  }
  return calls;
}

std::string bytes_of(const std::string& name) {
  std::ifstream file(PLUMB_BPF_DIR "/" + name);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

TEST(GatedCalls, AreThoseOfTheFunctionsThatSaySo) {
  for (const char* name : {"exec.bpf.o", "exec.loop.bpf.o"}) {
    const std::string bytes = bytes_of(name);
    const Object object = open(bytes);
    ASSERT_TRUE(object);
    std::set<std::string> programs, constants;
    for (const GatedCall& call : gated_calls(bytes, bpf_object__btf(object.get()))) {
      programs.insert(call.program);
      constants.insert(call.constant);
    }
    std::set<std::string> expected{"plan.leaves", "plan.long_key"};
    if (std::string_view(name).find(".loop.") != std::string_view::npos)
      expected.insert("plan.stack_parts");
    EXPECT_EQ(constants, expected);
    EXPECT_TRUE(programs.contains("on_exec") && programs.contains("on_execveat_t"));
  }
}

TEST(GatedCalls, AreLeftOutAndNothingElseIs) {
  for (const char* name : {"exec.bpf.o", "tcp.bpf.o", "probe.loop.bpf.o"}) {
    const std::string bytes = bytes_of(name);
    const Object object = open(bytes);
    ASSERT_TRUE(object) << name;
    std::map<std::string, size_t> expected;
    const auto calls = gated_calls(bytes, bpf_object__btf(object.get()));
    for (const GatedCall& call : calls)
      if (bpf_object__find_program_by_name(object.get(), call.program.c_str()))
        expected.try_emplace(call.program, calls_of(object.get(), call.program)).first->second--;
    ASSERT_FALSE(expected.empty()) << name;
    ASSERT_TRUE(leave_out(object.get(), calls));
    for (const auto& [program, left] : expected)
      EXPECT_EQ(calls_of(object.get(), program), left) << name << " " << program;
  }
}

TEST(GatedCalls, ABrokenFileHasNone) {
  const std::string bytes = bytes_of("exec.bpf.o");
  const Object object = open(bytes);
  ASSERT_TRUE(object);
  for (const size_t cut : {size_t{0}, size_t{3}, size_t{64}, bytes.size() / 2})
    EXPECT_TRUE(gated_calls(bytes.substr(0, cut), bpf_object__btf(object.get())).empty());
}

}  // namespace
}  // namespace plumb::kernel::gated_test
