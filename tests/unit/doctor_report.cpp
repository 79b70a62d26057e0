#include "doctor/report.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <sstream>

#include "doctor/context.h"

namespace plumb::doctor::report_test {
namespace {

Report example() {
  const std::string cost = "events go through perf buffers, and those are slower by far than rings";
  return {"6.1.0",
          {{"Kernel", "BTF", Status::ok, "/sys/kernel/btf/vmlinux", {}, {}},
           {"Maps", "percpu_hash", Status::ok, {}, {}, {}},
           {"Maps", "ringbuf", Status::missing, "not known", cost, "kernel 5.8 or newer"},
           {"Maps", "cgroup_array", Status::ok, {}, {}, {}},
           {"Helpers", "bpf_a_rather_long_name", Status::missing, "refused", {}, {}},
           {"Helpers", "bpf_another_long_name", Status::missing, "refused", {}, {}},
           {"Helpers", "bpf_lonely_long_name", Status::reduced, "half", {}, {}}},
          true};
}

TEST(Text, IsGroupedAlignedAndWrapped) {
  EXPECT_EQ(as_text(example()),
            "Kernel\n"
            "  ok       BTF              /sys/kernel/btf/vmlinux\n"
            "\n"
            "Maps\n"
            "  ok       percpu_hash, cgroup_array\n"
            "  missing  ringbuf          not known\n"
            "           costs            events go through perf buffers, and those are slower\n"
            "                            by far than rings\n"
            "           to get it        kernel 5.8 or newer\n"
            "\n"
            "Helpers\n"
            "  missing  bpf_a_rather_long_name, bpf_another_long_name\n"
            "                            refused\n"
            "  reduced  bpf_lonely_long_name\n"
            "                            half\n"
            "\n"
            "plumb can trace here: 7 checks, 3 missing, 1 reduced\n");
}

TEST(Text, IsNeverWiderThan80Columns) {
  Report report = example();
  report.checks[2].found = std::string(300, 'x') + " " + std::string(50, 'y') + " end";
  for (int i = 0; i < 40; i++)
    report.checks.push_back({"Helpers", "bpf_" + std::to_string(i), Status::ok, {}, {}, {}});
  std::istringstream lines(as_text(report));
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(line.size() <= 80 || line.find("xxx") != std::string::npos) << line;
}

TEST(Text, SaysWhenNothingCanBeTraced) {
  EXPECT_EQ(as_text({"6.1.0", {}, false}),
            "plumb cannot trace here: 0 checks, 0 missing, 0 reduced\n");
}

TEST(Json, IsOneLineWithEveryCheck) {
  const std::string text = as_json(example());
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["kernel"], "6.1.0");
  EXPECT_EQ(json["can_trace"], true);
  ASSERT_EQ(json["checks"].size(), 7U);
  EXPECT_EQ(json["checks"][2]["group"], "Maps");
  EXPECT_EQ(json["checks"][2]["name"], "ringbuf");
  EXPECT_EQ(json["checks"][2]["status"], "missing");
  EXPECT_EQ(json["checks"][2]["remedy"], "kernel 5.8 or newer");
}

TEST(Json, SurvivesBytesThatAreNotText) {
  Report report = example();
  report.checks[0].found = "/mnt/\xff\xfe";
  EXPECT_TRUE(nlohmann::json::accept(as_json(report)));
}

Context with(uint64_t capabilities) {
  Context context;
  context.capabilities = capabilities;
  return context;
}
constexpr uint64_t bit(int capability) { return 1ULL << capability; }

TEST(Refusal, IsExplainedByWhatIsLacking) {
  EXPECT_EQ(remedy_for_refusal(with(0)), "run as root, or with CAP_BPF and CAP_PERFMON");
  EXPECT_EQ(remedy_for_refusal(with(bit(CAP_BPF))), remedy_for_refusal(with(0)));
  EXPECT_NE(remedy_for_refusal(with(bit(CAP_BPF) | bit(CAP_PERFMON))), remedy_for_refusal(with(0)));
  EXPECT_NE(remedy_for_refusal(with(bit(CAP_SYS_ADMIN))), remedy_for_refusal(with(0)));
}

TEST(Refusal, IsExplainedByNamespaceFilterAndLockdown) {
  Context context = with(~0ULL);
  context.lockdown = "confidentiality";
  EXPECT_EQ(remedy_for_refusal(context), "boot without lockdown=confidentiality");
  context.under_seccomp_filter = true;
  EXPECT_NE(remedy_for_refusal(context).find("seccomp"), std::string::npos);
  context.in_user_namespace = true;
  EXPECT_NE(remedy_for_refusal(context).find("user namespace"), std::string::npos);
}

TEST(Remedy, OfTheProbeComesFirst) {
  EXPECT_EQ(remedy_for(with(0), {false, "x", "do this", EPERM}), "do this");
  EXPECT_EQ(remedy_for(with(0), {false, "x", "", EPERM}), remedy_for_refusal(with(0)));
  EXPECT_EQ(remedy_for(with(0), {false, "x", "", EINVAL}), "");
}

}  // namespace
}  // namespace plumb::doctor::report_test
