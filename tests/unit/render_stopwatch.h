// How fast records pass. Only an optimised build says something, and no test fails by it: run a
// unit program with --gtest_also_run_disabled_tests --gtest_filter='*Speed*'.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "render_events.h"

namespace plumb::test {

template <class Work>
void measure(const char* what, size_t times, Work work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e18;
  for (int round = 0; round < 5; round++) {
    const auto begin = Clock::now();
    for (size_t i = 0; i < times; i++) work(i);
    const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
    best = std::min(best, took.count() / static_cast<double>(times));
  }
  printf("%-34s %8.0f ns each, %9.0f /s\n", what, best, 1e9 / best);
}

inline RecordMaker typical(const Event& event) {
  RecordMaker maker(event);
  maker.number("who.pid", 4242).number("ppid", 812).bytes("who.comm", "gcc");
  maker.number("since_fork", 123'456).number("peak", 7'777'777).number("started", 5'000'000'000);
  maker.number("who.cgroup", 42).tail("path", "/usr/bin/gcc");
  maker.list("args", {"/usr/bin/gcc", "-O2", "-c", "src/foo.c", "-o", "build/foo.o"});
  return maker;
}

}  // namespace plumb::test
