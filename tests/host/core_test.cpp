// The unwinder of bpf/, compiled as C, over a core. Truth: gdb, frame by frame, each by its PC.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "core_world.h"

namespace plumb::host {
namespace {

World* running = nullptr;

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> some{};
  while (const size_t count = fread(some.data(), 1, some.size(), pipe))
    text.append(some.data(), count);
  pclose(pipe);
  return text;
}

// How a core is made: by commands in a folder of its own, $SOURCE being the program's.
struct Made {
  const char* name;
  const char* commands;
  size_t least;  // frames that it has
};
std::ostream& operator<<(std::ostream& out, const Made& made) { return out << made.name; }

class CoreTest : public testing::TestWithParam<Made> {
 protected:
  void SetUp() override {
    const std::string made = output_of("mktemp -d");
    where = made.substr(0, made.find('\n'));
    output_of("cd " + where +
              "; export SOURCE=" PLUMB_HOST_SOURCES
              "/core_program.c; make_core() { " PLUMB_HOST_SOURCES "/make_core . \"$@\"; }; " +
              GetParam().commands);
    if (access((where + "/core").c_str(), R_OK) != 0) GTEST_SKIP() << "no core is made here";
    load();
  }
  void TearDown() override { output_of("rm -rf " + where); }

  void load() {
    core.emplace(where + "/core");
    world.reset();
    running = nullptr;
    world = std::make_unique<World>(*core);
    running = world.get();
  }

  std::vector<uint64_t> frames_of_gdb() const {
    std::vector<uint64_t> frames;
    std::ifstream lines(where + "/truth");
    for (uint64_t pc = 0; lines >> pc;) frames.push_back(pc);
    return frames;
  }

  std::string where;
  std::optional<Core> core;
  std::unique_ptr<World> world;
};

TEST_P(CoreTest, EachFrameIsTheOneOfGdb) {
  const auto expected = frames_of_gdb();
  const World::Stack stack = world->stack();
  ASSERT_GE(expected.size(), GetParam().least);
  EXPECT_EQ(stack.frames, expected);
  EXPECT_EQ(stack.end, 0u);  // STACK_COMPLETE
}

class Rubbish : public CoreTest {};

// Whatever stands on the stack: it ends, within what it may have, and reads nothing else.
TEST_P(Rubbish, Ends) {
  std::mt19937_64 random(1);
  const std::vector<uint64_t> good(world->registers(), world->registers() + 21);
  const auto frames = world->stack().frames;
  std::map<uint32_t, int> ends;
  for (int round = 0; round < 600; round++) {
    for (int i = 0; i < 21; i++) world->registers()[i] = good[static_cast<size_t>(i)];
    for (int i = 0; i < 20; i++) {
      const uint64_t place = good[19] + random() % 16384 / 8 * 8;  // above the stack pointer
      const std::array<uint64_t, 4> rubbish = {random(), place, good[19] + random() % 16384,
                                               frames[random() % frames.size()]};
      core->write(place, &rubbish[random() % rubbish.size()], sizeof(uint64_t));
    }
    if (round % 3 == 0) world->registers()[random() % 21] = frames[random() % frames.size()];
    if (round % 5 == 0) world->registers()[random() % 21] = random();
    const World::Stack stack = world->stack();
    EXPECT_LE(stack.frames.size(), 1024u);
    ends[stack.end]++;
    if (round % 50 == 49) core.emplace(where + "/core");
  }
  EXPECT_GE(ends.size(), 4u);
}

const auto name_of = [](const auto& info) { return std::string(info.param.name); };
const Made usual{"O2", "gcc -O2 -fomit-frame-pointer -o program $SOURCE && make_core ./program",
                 110};
const Made python{"python",
                  "make_core /usr/bin/python3 -c 'import time; print(1, flush=True); "
                  "list(map(lambda n: time.sleep(99), [1]))'",
                  20};
INSTANTIATE_TEST_SUITE_P(
    Each, CoreTest,
    testing::Values(
        Made{"O0", "gcc -O0 -o program $SOURCE && make_core ./program", 110},
        Made{"O1", "gcc -O1 -o program $SOURCE && make_core ./program", 110}, usual,
        Made{"O3", "gcc -O3 -o program $SOURCE && make_core ./program", 14},
        Made{"Os", "gcc -Os -o program $SOURCE && make_core ./program", 110},
        Made{"lto", "gcc -O2 -flto -o program $SOURCE && make_core ./program", 14},
        Made{"static_linked", "gcc -O2 -static -o program $SOURCE && make_core ./program", 110},
        Made{"static_pie", "gcc -O2 -static-pie -o program $SOURCE && make_core ./program", 110},
        Made{"debug_frame",
             "gcc -O2 -g -fno-asynchronous-unwind-tables -o program $SOURCE && make_core ./program",
             110},
        Made{"clang", "clang -O2 -o program $SOURCE && make_core ./program", 14}, python),
    name_of);
INSTANTIATE_TEST_SUITE_P(Each, Rubbish, testing::Values(usual, python), name_of);

}  // namespace
}  // namespace plumb::host

using plumb::host::running;

extern "C" {
bool core_has(const char*) { return true; }
void* bpf_map_lookup_elem(void* map, const void* key) { return running->find(map, key); }
long bpf_map_update_elem(void*, const void*, const void*, uint64_t) { return 0; }
long bpf_map_delete_elem(void*, const void*) { return 0; }
long bpf_probe_read_kernel(void* to, uint32_t size, const void* from) {
  if (reinterpret_cast<uint64_t>(from) < 4096) {
    std::memset(to, 0, size);
    return -14;
  }
  std::memcpy(to, from, size);
  return 0;
}
long bpf_probe_read_user(void* to, uint32_t size, const void* from) {
  if (running->core.read(reinterpret_cast<uint64_t>(from), to, size)) return 0;
  std::memset(to, 0, size);
  return -14;
}
uint64_t bpf_ktime_get_ns() { return 1; }
uint32_t bpf_get_smp_processor_id() { return 0; }
uint64_t bpf_get_current_pid_tgid() { return uint64_t{1} << 32 | 1; }
long bpf_loop(uint32_t most, void* step, void* context, uint64_t) {
  const auto call = reinterpret_cast<long (*)(uint32_t, void*)>(step);
  uint32_t i = 0;
  while (i < most && call(i++, context) == 0) {
  }
  return i;
}
long bpf_ringbuf_output(void*, void* data, uint64_t size, uint64_t) {
  running->record.assign(static_cast<const char*>(data), size);
  return 0;
}
}
