// Every tracer at random: plans, targets, failing reads, interrupts and full buffers. Whatever
// happens, its account is an identity, its records decode, and a plan leaves out only what it says.
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "kernel/embedded.h"
#include "machine/asks.h"
#include "machine/fixture.h"

namespace plumb::host {
namespace {

constexpr uint64_t seed = 20260102;
constexpr int plans = 60, processes = 12;

// One run of one program.
struct Hit {
  Hits* hits;
  std::string program;
  std::vector<uint64_t> context;
};

class RandomTest : public testing::Test {
 protected:
  // Hits of every program whose hook is known.
  std::vector<Hit> make_hits(const std::string& name) {
    std::vector<Hit> all;
    Object object(machine, name);
    for (const kernel::Hook& hook : object.tracer().hooks())
      for (Hits& each : processes_)
        if (auto context = each.context(hook.section); !context.empty())
          all.push_back({&each, hook.program, std::move(context)});
    if (all.empty()) std::printf("no hook of %s is known to hits.cpp\n", name.c_str());
    return all;
  }

  void run(Object& object, Hit& hit) {
    hit.hits->enter();
    object.run(hit.program, hit.context.data());
  }

  void SetUp() override {
    for (int i = 0; i < processes; i++) processes_.emplace_back(machine, random);
  }

  Machine machine;
  Random random{seed};

 private:
  std::deque<Hits> processes_;
};

// What each hit is when everything is asked for; none where the tracer does not count a hit.
std::vector<std::optional<Event>> whole_events(Object& object, std::vector<Hit>& hits,
                                               const std::function<void(Hit&)>& run) {
  std::vector<std::optional<Event>> events;
  for (Hit& hit : hits) {
    run(hit);
    auto sent = object.events();
    events.push_back(sent.empty() ? std::nullopt : std::optional(std::move(sent.front())));
  }
  return events;
}

std::string words_of(const std::string& name, const query::Ask& ask) {
  return name + " --where '" + ask.where + "' --by '" + ask.by + "' --fields '" + ask.fields + "'";
}

// The fate of a hit, by the only counter beside `hits` that has moved.
std::string fate(const Account& before, const Account& after) {
  std::string fate;
  for (const auto& [name, count] : after)
    if (name != "hits" && (!before.contains(name) || before.at(name) != count)) fate += name;
  return fate;
}

void expect_fate(const std::string& fate, const Event& whole, const query::Plan& plan) {
  const bool matches = !plan.where || plan.where->matches(whole.record(), nullptr);
  const bool grouped = plan.grouping && plan.grouping->in_kernel;
  if (fate == "filtered") {
    EXPECT_FALSE(matches);
    return;
  }
  EXPECT_TRUE(matches || !plan.where_exact) << fate;
  EXPECT_TRUE(fate == "emitted" || (fate == "aggregated" && grouped)) << fate;
}

void expect_same(const Event& event, const Event& whole, const query::Plan& plan) {
  const auto& fields = event.record().event->fields;
  for (size_t i = 0; i < fields.size(); i++) {
    const char* path = fields[i].path.c_str();
    if (!plan.wanted[i]) continue;
    if (fields[i].is_text())
      EXPECT_EQ(event.text(path), whole.text(path)) << path;
    else
      EXPECT_EQ(event.number(path), whole.number(path)) << path;
    EXPECT_EQ(event.cut(path), whole.cut(path)) << path;
  }
}

class Agreement : public RandomTest {
 protected:
  void compare(Object& object, std::vector<Hit>& hits,
               const std::vector<std::optional<Event>>& whole) {
    for (size_t i = 0; i < hits.size(); i++) {
      const Account before = object.account();
      run(object, hits[i]);
      const std::string what = fate(before, object.account());
      const auto events = object.events();
      ASSERT_EQ(what.empty(), !whole[i]) << hits[i].program;
      if (!whole[i]) continue;
      expect_fate(what, *whole[i], object.plan());
      for (const Event& event : events) expect_same(event, *whole[i], object.plan());
      filtered_ += what == "filtered";
      tally_++;
    }
    object.expect_balanced();
  }

  int tally_ = 0, filtered_ = 0;
};

TEST_F(Agreement, APlanLeavesOutOnlyWhatItSays) {
  for (const kernel::Embedded& tracer : kernel::embedded_tracers()) {
    const std::string name(tracer.name);
    std::vector<Hit> hits = make_hits(name);
    auto object = std::make_unique<Object>(machine, name);
    object->load();
    const auto whole = whole_events(*object, hits, [&](Hit& hit) { run(*object, hit); });
    Asks asks(object->tracer().schema().event, random);
    for (const auto& event : whole)
      if (event) asks.learn(*event);
    for (int i = 0; i < plans && !hits.empty(); i++) {
      object.reset();
      object = std::make_unique<Object>(machine, name);
      object->ask = asks.any();
      SCOPED_TRACE(words_of(name, object->ask));
      object->load();
      compare(*object, hits, whole);
      ASSERT_FALSE(HasFailure());
    }
  }
  // The test says something only while both answers are common.
  EXPECT_GT(filtered_, tally_ / 10);
  EXPECT_LT(filtered_, tally_ * 9 / 10);
}

class Trouble : public RandomTest {
 protected:
  void configure(Object& object) {
    object.to_perf = random.one_in(4);
    object.targeting.by_pid = random.one_in(4);
    if (random.one_in(4)) object.targeting.uids = {33, 1000};
    if (random.one_in(4)) object.targeting.comms = {"sh", "python3"};
    if (random.one_in(8)) object.self = 200;
    object.ask.sample_every = static_cast<uint32_t>(1 + random.below(3));
    for (const schema::Knob& knob : object.tracer().schema().knobs)
      if (knob.type.kind == schema::Kind::boolean) object.set(knob.name, random.below(2));
  }

  // Reads fail, and other programs run in the middle of a program, on this CPU or another.
  void make_trouble(Object& object, std::vector<Hit>& hits) {
    machine.random = [this] { return static_cast<uint32_t>(random.below(UINT32_MAX)); };
    machine.memory.before_read = [&, this](uint64_t) {
      if (random.one_in(40)) return false;
      if (!interrupted_ && random.one_in(20)) interrupt(object, random.of(hits));
      return true;
    };
    object.channel().capacity = 2048 + random.below(16 << 10);
    const uint32_t pid = 200, yes = 1;
    if (random.one_in(2)) object.map("targets").update(&pid, &yes, 0, 0);
  }

 private:
  void interrupt(Object& object, Hit hit) {
    auto* current = machine.current;
    auto* registers = machine.registers;
    const uint32_t cpu = machine.cpu;
    interrupted_ = true;
    run(object, hit);
    interrupted_ = false;
    machine.current = current;
    machine.registers = registers;
    machine.cpu = cpu;
  }

  bool interrupted_ = false;
};

TEST_F(Trouble, EveryHitIsAccountedFor) {
  Account all;
  for (const kernel::Embedded& tracer : kernel::embedded_tracers()) {
    const std::string name(tracer.name);
    std::vector<Hit> hits = make_hits(name);
    for (int i = 0; i < plans && !hits.empty(); i++) {
      Object object(machine, name);
      object.ask = Asks(object.tracer().schema().event, random).any();
      SCOPED_TRACE(words_of(name, object.ask));
      configure(object);
      object.load();
      make_trouble(object, hits);
      for (Hit& hit : hits) {
        run(object, hit);
        if (random.one_in(50)) object.events();
        object.expect_balanced();
        ASSERT_FALSE(HasFailure());
      }
      machine.memory.before_read = nullptr;
      for (const auto& [outcome, count] : object.account()) all[outcome] += count;
      object.events();
      machine.shared_maps.clear();
      machine.shared_channels.clear();
    }
  }
  for (const char* outcome : {"not_target", "filtered", "sampled_out", "aggregated", "emitted",
                              "lost_ring_full", "lost_scratch_busy"})
    EXPECT_GT(all[outcome], 20u) << outcome;
}

}  // namespace
}  // namespace plumb::host
