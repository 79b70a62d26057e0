// What is lost without a kind of program, and what would bring it: from the tracers' own hooks.
#include <gtest/gtest.h>

#include "doctor/uses.h"

namespace plumb::doctor::uses_test {
namespace {

using kernel::Hook;

Hook hook(const std::string& section, const std::string& purpose, const std::string& remedy = {}) {
  Hook made;
  made.section = section;
  made.purpose = purpose;
  made.remedy = remedy;
  return made;
}

UsesByKind example() {
  UsesByKind uses;
  add_uses(uses, "one", {hook("fentry/f", "begins"), hook("kprobe/f", "begins")});
  add_uses(uses, "two", {hook("fentry/f", "begins"), hook("tp_btf/t", "ends")});
  add_uses(uses, "three", {hook("fentry/f", "begins"), hook("fexit/f", "begins")});
  return uses;
}

TEST(Uses, AreWhatTheTracersHooksSay) {
  const UsesByKind uses = example();
  EXPECT_EQ(cost_without(uses, "fentry"),
            "two: not seen, or not all of it; one, three: seen by other kinds of program, which "
            "may cost more");
  EXPECT_EQ(cost_without(uses, "tp_btf"), "two: not seen, or not all of it");
  EXPECT_EQ(cost_without(uses, "uprobe"), "nothing today: no tracer uses it");
}

TEST(Uses, OfManyAreCounted) {
  UsesByKind uses;
  for (int i = 0; i < 7; i++) add_uses(uses, std::to_string(i), {hook("lsm/h", "refusals")});
  EXPECT_EQ(cost_without(uses, "lsm"), "7 of the tracers: not seen, or not all of it");
}

TEST(Remedies, OfRefusedHooksAreToldOnce) {
  EXPECT_EQ(remedy_for_hooks({hook("fentry/f", "begins", "a kernel with it"),
                              hook("fexit/f", "ends", "a kernel with it"),
                              hook("fexit/g", "ends", "a kernel with it"),
                              hook("kprobe/f", "begins", "CONFIG_KPROBES=y")}),
            "for fentry, fexit: a kernel with it; for kprobe: CONFIG_KPROBES=y");
  EXPECT_EQ(remedy_for_hooks({hook("fentry/f", "begins")}), "");
}

TEST(Remedies, AreOnlyOfWhatNoOtherHookServes) {
  Hook serving = hook("tp_btf/t", "begins");
  serving.chosen = true;
  EXPECT_EQ(remedy_for_hooks({hook("fentry/f", "begins", "a kernel with it"), serving}), "");
}

}  // namespace
}  // namespace plumb::doctor::uses_test
