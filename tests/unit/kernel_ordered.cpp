#include "kernel/ordered.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <random>

namespace plumb::kernel::ordered_test {
namespace {

// Records of a time and a number of their own, all there from the beginning.
class Made : public Source {
 public:
  Made(std::vector<uint64_t> times, bool in_order) : times_(std::move(times)), sorted_(in_order) {}

  bool next(std::string_view& bytes, uint64_t& end) override {
    if (read_ == times_.size()) return false;
    bytes = {reinterpret_cast<const char*>(&times_[read_]), sizeof(uint64_t)};
    end = ++read_;
    most_held = std::max(most_held, read_ - released);
    return true;
  }
  void release(uint64_t position) override {
    EXPECT_GE(position, released);
    EXPECT_LE(position, read_);
    released = position;
  }
  uint64_t position() const override { return read_; }
  bool in_order() const override { return sorted_; }
  bool waiting() const override { return read_ < times_.size(); }

  uint64_t released = 0;
  uint64_t most_held = 0;

 private:
  std::vector<uint64_t> times_;
  bool sorted_;
  uint64_t read_ = 0;
};

// `count` times from `begin` on, `step` apart, each delayed by less than `jitter`.
std::vector<uint64_t> times(size_t count, uint64_t begin, uint64_t step, uint64_t jitter) {
  std::mt19937_64 random(count + begin);
  std::vector<uint64_t> result;
  for (size_t i = 0; i < count; i++)
    result.push_back(begin + i * step + (jitter > 0 ? random() % jitter : 0));
  return result;
}

struct Reading {
  explicit Reading(std::vector<std::unique_ptr<Made>> made) {
    std::vector<std::unique_ptr<Source>> sources;
    for (auto& source : made) {
      all.push_back(source.get());
      sources.push_back(std::move(source));
    }
    ordered = std::make_unique<Ordered>(std::move(sources), 0);
  }

  size_t drain(bool everything) {
    return ordered->drain(everything, [&](std::string_view bytes) {
      uint64_t time = 0;
      std::memcpy(&time, bytes.data(), sizeof(time));
      out.push_back(time);
    });
  }

  std::vector<Made*> all;
  std::unique_ptr<Ordered> ordered;
  std::vector<uint64_t> out;
};

std::vector<std::unique_ptr<Made>> two(std::unique_ptr<Made> a, std::unique_ptr<Made> b) {
  std::vector<std::unique_ptr<Made>> result;
  result.push_back(std::move(a));
  result.push_back(std::move(b));
  return result;
}

// A flood in one source must not run ahead of what the other has to say about the same time.
TEST(Ordered, MergesAFloodWithATrickle) {
  constexpr size_t flood = 200'000, trickle = 50;
  Reading run(two(std::make_unique<Made>(times(trickle, 1000, 900'000, 0), true),
                  std::make_unique<Made>(times(flood, 1, 230, 900'000), true)));
  while (run.drain(false) > 0) continue;
  EXPECT_EQ(run.out.size(), flood + trickle);
  EXPECT_TRUE(std::is_sorted(run.out.begin(), run.out.end()));
  EXPECT_EQ(run.ordered->late(), 0u);
  EXPECT_FALSE(run.ordered->waiting());
  for (const Made* source : run.all) EXPECT_EQ(source->released, source->position());
}

TEST(Ordered, GivesSpaceBackWhileItReads) {
  Reading run(two(std::make_unique<Made>(times(300'000, 1, 200, 0), true),
                  std::make_unique<Made>(times(0, 1, 1, 0), true)));
  const size_t first = run.drain(false);
  EXPECT_GE(first, size_t{1} << 16);
  EXPECT_LT(first, size_t{1} << 17);
  while (run.drain(false) > 0) continue;
  EXPECT_EQ(run.out.size(), 300'000u);
  EXPECT_LT(run.all[0]->most_held, 20'000u);  // a piece, and what the slack of 1 ms holds back
}

// Perf buffers hand out one CPU after the other: to stop in the middle would lose the order.
TEST(Ordered, ReadsASourceWithoutOrderToItsEnd) {
  auto shuffled = times(30'000, 1, 100, 0);
  std::reverse(shuffled.begin(), shuffled.end());
  Reading run(two(std::make_unique<Made>(shuffled, false),
                  std::make_unique<Made>(times(10, 5, 1000, 0), true)));
  while (run.drain(false) > 0) continue;
  EXPECT_EQ(run.out.size(), 30'010u);
  EXPECT_TRUE(std::is_sorted(run.out.begin(), run.out.end()));
}

TEST(Ordered, HoldsBackWhatIsNotCompleteUntilTheEnd) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const uint64_t soon =
      (static_cast<uint64_t>(now.tv_sec) + 1000) * 1'000'000'000;  // after this test
  Reading run(two(std::make_unique<Made>(times(3, 1, 1, 0), true),
                  std::make_unique<Made>(times(5, soon, 1, 0), true)));
  EXPECT_EQ(run.drain(false), 3u);
  EXPECT_EQ(run.all[1]->released, 0u);
  EXPECT_TRUE(run.ordered->waiting());
  EXPECT_EQ(run.drain(true), 5u);
  EXPECT_EQ(run.all[1]->released, 5u);
}

}  // namespace
}  // namespace plumb::kernel::ordered_test
