// What the kernel gets to do, and what is read.
#include <gtest/gtest.h>

#include "query/plan.h"
#include "query_event.h"

namespace plumb::query::plan_test {
namespace {

const tests::TestEvent sample;

Plan plan_of(Ask ask, Limits limits = {}) {
  auto plan = compile(ask, sample.event, limits);
  EXPECT_TRUE(plan) << plan.error().what;
  return plan ? std::move(*plan) : Plan{};
}

Plan where(const std::string& text, Limits limits = {}) { return plan_of({.where = text}, limits); }

std::string names_of(const std::vector<const schema::Field*>& fields) {
  std::string names;
  for (const schema::Field* field : fields) names += (names.empty() ? "" : " ") + field->path;
  return names;
}

std::string wanted_of(const Plan& plan) {
  std::vector<const schema::Field*> fields;
  for (size_t i = 0; i < plan.wanted.size(); i++)
    if (plan.wanted[i]) fields.push_back(&sample.event.fields[i]);
  return names_of(fields);
}

TEST(KernelPart, ABitOfFlagsIsOneComparison) {
  const Plan plan = where("flags contains write && !(flags contains full_sync)");
  ASSERT_EQ(plan.leaves.size(), 2u);
  EXPECT_TRUE(plan.where_exact);
  EXPECT_EQ(plan.leaves[0].op, Leaf::Op::bits);
  EXPECT_EQ(plan.leaves[1].value, 24u);
  EXPECT_FALSE(compile({.where = "mood contains gone"}, sample.event, {}));
}

TEST(KernelPart, OneComparisonIsOneLeaf) {
  const Plan plan = where("latency > 10ms");
  ASSERT_EQ(plan.leaves.size(), 1u);
  const Leaf& leaf = plan.leaves[0];
  EXPECT_EQ(leaf.op, Leaf::Op::at_most);
  EXPECT_EQ(leaf.value, 10'000'000u);
  EXPECT_EQ(leaf.yes, Leaf::reject);
  EXPECT_EQ(leaf.no, Leaf::pass);
  EXPECT_TRUE(plan.where_exact);
  EXPECT_EQ(plan.where_rest, "");
}

TEST(KernelPart, DecisionsShortCircuit) {
  const Plan plan = where("port == 1 && (pid == 2 || pid == 3) || !(port != 4)");
  ASSERT_EQ(plan.leaves.size(), 4u);
  EXPECT_EQ(plan.leaves[0].yes, 1);
  EXPECT_EQ(plan.leaves[0].no, 3);
  EXPECT_EQ(plan.leaves[1].yes, Leaf::pass);
  EXPECT_EQ(plan.leaves[1].no, 2);
  EXPECT_EQ(plan.leaves[2].yes, Leaf::pass);
  EXPECT_EQ(plan.leaves[2].no, 3);
  EXPECT_EQ(plan.leaves[3].yes, Leaf::pass);
  EXPECT_EQ(plan.leaves[3].no, Leaf::reject);
}

TEST(KernelPart, TextComparesItsNulAndAPrefixDoesNot) {
  const Plan equal = where("comm == \"ls\"");
  ASSERT_EQ(equal.leaves.size(), 1u);
  EXPECT_EQ(equal.leaves[0].words, std::vector<uint64_t>{0x736c});
  EXPECT_EQ(equal.leaves[0].masks, std::vector<uint64_t>{0xffffff});
  const Plan prefix = where("comm startswith \"ls\"");
  EXPECT_EQ(prefix.leaves[0].masks, std::vector<uint64_t>{0xffff});
}

TEST(KernelPart, TailsAreComparedAtTheirEnds) {
  const Plan ends = where("path endswith \".so\"");
  ASSERT_EQ(ends.leaves.size(), 1u);
  EXPECT_EQ(ends.leaves[0].place, Leaf::Place::tail_end);
  EXPECT_EQ(ends.leaves[0].length, 3u);
  EXPECT_FALSE(ends.leaves[0].exact_length);
  EXPECT_TRUE(where("path == \"a\"").leaves[0].exact_length);
}

TEST(KernelPart, TailsAreAskedLast) {
  const Plan plan = where("path == \"a\" && port == 1");
  ASSERT_EQ(plan.leaves.size(), 2u);
  EXPECT_EQ(plan.leaves[0].field->path, "port");
}

TEST(KernelPart, TheRestIsSaid) {
  const Plan plan = where("port == 1 && comm =~ \"a\" && (user == \"x\" || port == 2)");
  EXPECT_EQ(plan.leaves.size(), 1u);
  EXPECT_FALSE(plan.where_exact);
  EXPECT_EQ(plan.where_rest, "comm =~ \"a\" && (user == \"x\" || port == 2)");
  const Plan whole = where("(port == 1 || comm =~ \"a\") || port == 3");
  EXPECT_TRUE(whole.leaves.empty());
  EXPECT_EQ(whole.where_rest, "(port == 1 || comm =~ \"a\") || port == 3");
}

TEST(KernelPart, WhatItCannotDecideLetsThrough) {
  for (const char* text :
       {"comm =~ \"a\"", "!(comm =~ \"a\")", "comm contains \"a\"", "comm endswith \"a\"",
        "user == \"a\"", "arguments == \"a\"", "!(port == 1 && comm =~ \"a\")",
        "tag == \"unalign\"",
        "path == \"0123456789012345678901234567890123456789012345678901234567890123x\""}) {
    const Plan plan = where(text);
    EXPECT_TRUE(plan.leaves.empty()) << text;
    EXPECT_FALSE(plan.where_exact) << text;
    EXPECT_EQ(plan.where_rest, text);
  }
}

TEST(KernelPart, NegationKeepsWhatIsKnown) {
  const Plan plan = where("!(port == 1 || comm =~ \"a\")");
  ASSERT_EQ(plan.leaves.size(), 1u);
  EXPECT_EQ(plan.leaves[0].yes, Leaf::reject);
  EXPECT_FALSE(plan.where_exact);
}

TEST(KernelPart, ConstantsFold) {
  const Plan never = where("comm == \"longer than sixteen characters\"");
  ASSERT_EQ(never.leaves.size(), 1u);
  EXPECT_EQ(never.leaves[0].yes, Leaf::reject);
  EXPECT_EQ(never.leaves[0].no, Leaf::reject);
  EXPECT_TRUE(never.where_exact);
  const Plan always = where("path startswith \"\"");
  EXPECT_TRUE(always.leaves.empty());
  EXPECT_TRUE(always.where_exact);
  const Plan settled = where("comm == \"longer than sixteen characters\" && comm =~ \"a\"");
  EXPECT_TRUE(settled.where_exact);
  EXPECT_EQ(settled.where_rest, "");
}

TEST(KernelPart, TooManyLeavesAreLeftToUserSpace) {
  const Limits two{.leaves = 2};
  const Plan plan = where("port == 1 && port != 2 && pid == 3", two);
  EXPECT_EQ(plan.leaves.size(), 2u);
  EXPECT_EQ(plan.where_rest, "pid == 3");
  const Plan set = where("port in (1, 2, 3) && pid == 3", two);
  EXPECT_EQ(set.leaves.size(), 1u);
  EXPECT_EQ(set.where_rest, "port in (1, 2, 3)");
}

// "K TEXT" or "U TEXT: why" for each comparison; "K+" where the kernel makes a part of it.
std::string placed(const char* text, const Limits& limits = {}) {
  std::string said;
  for (const Placed& each : where(text, limits).comparisons) {
    said += each.in_kernel ? each.why_not.empty() ? "K " : "K+ " : "U ";
    said += each.text + (each.why_not.empty() ? "" : ": " + each.why_not) + "\n";
  }
  return said;
}

TEST(Placed, SaysWhoMakesEachComparisonAndWhy) {
  EXPECT_EQ(placed("port == 1 && arguments contains \"y\" && !(comm == \"x\")"),
            "K port == 1\nU arguments contains \"y\": 'arguments' is a list\nK comm == \"x\"\n");
  EXPECT_EQ(placed("port == 1 || comm =~ \"a\""),
            "U port == 1: it decides nothing without one that the kernel does not make\n"
            "U comm =~ \"a\": the kernel does not search in text\n");
  EXPECT_EQ(placed("user == \"root\" && uid != 0"),
            "U user == \"root\": only user space knows such names\nK uid != 0\n");
  EXPECT_EQ(placed("comm endswith \"a\" && tag == \"b\" && path endswith \"c\""),
            "U comm endswith \"a\": the kernel does not look for the end of 'who.comm'\n"
            "U tag == \"b\": 'tag' does not lie in whole words\n"
            "K path endswith \"c\"\n");
  EXPECT_EQ(placed("path contains \"\" || port == 1"),
            "U path contains \"\": the outcome is known without it\n"
            "U port == 1: the outcome is known without it\n");
  const std::string longer(65, 'x');
  EXPECT_EQ(placed(("!(path in (\"a\", \"" + longer + "\"))").c_str()),
            "K+ path in (\"a\", \"" + longer + "\"): the kernel compares at most 64 bytes\n");
  EXPECT_EQ(placed("pid == 3 && port in (1, 2)", {.leaves = 2}),
            "K pid == 3\nU port in (1, 2): the kernel makes at most 2, of which 1 are left\n");
}

TEST(Placed, ANameThatStandsForANumberIsThatNumber) {
  tests::TestNames names;
  const auto plan = compile({.where = "!(user in (\"user7\", \"user9\")) && !(user =~ \"x\")"},
                            sample.event, {}, &names);
  ASSERT_TRUE(plan) << plan.error().what;
  ASSERT_EQ(plan->leaves.size(), 2u);
  EXPECT_EQ(plan->leaves[0].value, 7u);
  EXPECT_EQ(plan->leaves[1].value, 9u);
  EXPECT_EQ(plan->where_rest, "!(user =~ \"x\")");
}

TEST(Columns, AreTheDefaultOrWhatIsAsked) {
  EXPECT_EQ(names_of(plan_of({.fields = "port,comm"}).columns), "port who.comm");
  const Plan usual = plan_of({});
  EXPECT_EQ(names_of(usual.columns).find("arguments"), std::string::npos);
  EXPECT_NE(names_of(usual.columns).find("path"), std::string::npos);
  EXPECT_NE(names_of(plan_of({.roomy = true}).columns).find("arguments"), std::string::npos);
  EXPECT_EQ(plan_of({.all_fields = true}).columns.size(), sample.event.fields.size());
  const std::string changed = names_of(plan_of({.fields = "+arguments,-path"}).columns);
  EXPECT_TRUE(changed.ends_with("tag flags arguments"));
  EXPECT_EQ(changed.find("path"), std::string::npos);
  EXPECT_EQ(names_of(plan_of({.fields = "local,who"}).columns),
            "local.address who.pid who.uid who.user who.comm who.cgroup who.container");
  EXPECT_EQ(names_of(plan_of({.fields = "-who"}).columns).find("who"), std::string::npos);
  const std::string open = names_of(plan_of({.all_fields = true, .private_fields = false}).columns);
  EXPECT_EQ(open.find("path"), std::string::npos);
  EXPECT_EQ(open.find("address"), std::string::npos);
}

TEST(Columns, ADetailBesideOneOfThemIsReadAndHasNoPlaceOfItsOwn) {
  schema::Event event = sample.event;
  schema::Field& aside = event.fields.emplace_back(sample.field("who.pid"));
  aside.path = "who.ns_pid";
  aside.beside = "who.pid";
  aside.detail = true;
  const auto asides = [&](Ask ask) {
    const auto plan = compile(std::move(ask), event, Limits{});
    EXPECT_TRUE(plan);
    EXPECT_EQ(plan->wanted.back(),
              !plan->asides.empty() || names_of(plan->columns).find("ns_pid") != std::string::npos);
    return names_of(plan->asides);
  };
  EXPECT_EQ(asides({}), "who.ns_pid");
  EXPECT_EQ(asides({.fields = "-path"}), "who.ns_pid");
  for (const char* fields : {"pid", "+ns_pid", "-ns_pid", "-pid", "-who"})
    EXPECT_EQ(asides({.fields = fields}), "") << fields;
  EXPECT_EQ(asides({.all_fields = true}), "");
  EXPECT_EQ(asides({.by = "pid"}), "");
  EXPECT_EQ(asides({.usual = "who.ns_pid"}), "");
}

TEST(Wanted, IsWhatSomebodyReads) {
  EXPECT_EQ(wanted_of(plan_of({.where = "comm =~ \"a\" || pid == 1", .fields = "port"})),
            "who.pid who.comm port");
  EXPECT_EQ(wanted_of(plan_of({.fields = "path", .by = "port", .show = "p99(latency)"})),
            "latency port");
}

TEST(Grouping, CountsFirstAndSortsByWhatWasAskedFirst) {
  const Plan plan = plan_of({.by = "comm", .show = "p99(latency),max(latency),sum(size),count"});
  const Grouping& grouping = *plan.grouping;
  ASSERT_EQ(grouping.shows.size(), 4u);
  EXPECT_EQ(grouping.shows[0].text, "count");
  EXPECT_EQ(grouping.shows[1].text, "p99(latency)");
  EXPECT_EQ(grouping.order, 1u);
  ASSERT_EQ(grouping.metrics.size(), 2u);
  EXPECT_TRUE(grouping.metrics[0].histogram);
  EXPECT_FALSE(grouping.metrics[1].histogram);
  EXPECT_TRUE(grouping.in_kernel);
  EXPECT_TRUE(plan.columns.empty());
  EXPECT_EQ(plan_of({.by = "comm"}).grouping->order, 0u);
  EXPECT_TRUE(plan_of({.show = "sum(size)"}).grouping->keys.empty());
}

TEST(Grouping, SaysWhyTheKernelDoesNotGroup) {
  const auto why = [](Ask ask, Limits limits = {}) {
    const Plan plan = plan_of(ask, limits);
    EXPECT_EQ(plan.grouping->in_kernel, plan.grouping->why_not.empty());
    return plan.grouping->why_not;
  };
  EXPECT_EQ(why({.by = "path,user,cgroup"}), "");
  EXPECT_EQ(why({.where = "comm =~ \"a\"", .by = "pid"}),
            "part of --where is decided in user space");
  EXPECT_EQ(why({.by = "arguments"}), "'arguments' is a list");
  EXPECT_NE(why({.by = "container"}).find("share a name"), std::string::npos);
  EXPECT_NE(why({.by = "label"}), "");
  EXPECT_EQ(why({.by = "pid,port"}, {.keys = 1}), "over 1 keys");
  EXPECT_EQ(why({.by = "comm,pid"}, {.key_bytes = 16}), "the keys are over 16 bytes long");
  EXPECT_EQ(why({.by = "pid", .show = "sum(size),sum(latency)"}, {.metrics = 1}),
            "statistics of over 1 fields");
  EXPECT_EQ(why({.by = "pid", .show = "p99(size),hist(latency)"}, {.histograms = 1}),
            "percentiles of over 1 fields");
}

TEST(View, IsTakenByWhoeverNamesNeitherGroupsNorColumns) {
  tests::TestEvent hot;
  hot.event.view = {"comm", "max(latency),count"};
  const auto grouped = [&](Ask ask) {
    auto plan = compile(std::move(ask), hot.event, {});
    EXPECT_TRUE(plan) << plan.error().what;
    return plan && plan->grouping;
  };
  const auto plan = compile({.where = "latency > 1ms"}, hot.event, {});
  ASSERT_TRUE(plan && plan->grouping);
  EXPECT_EQ(names_of(plan->grouping->keys), "who.comm");
  EXPECT_EQ(plan->grouping->shows.size(), 2u);
  EXPECT_EQ(plan->grouping->shows[plan->grouping->order].text, "max(latency)");
  EXPECT_TRUE(grouped({.top = 3}));
  EXPECT_FALSE(grouped({.fields = "latency"}));
  EXPECT_FALSE(grouped({.each = true}));
  const auto own = compile({.show = "count"}, hot.event, {});
  ASSERT_TRUE(own && own->grouping);
  EXPECT_TRUE(own->grouping->keys.empty());
}

}  // namespace
}  // namespace plumb::query::plan_test
