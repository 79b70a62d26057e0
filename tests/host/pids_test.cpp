// bpf/pids.bpf.c on the host: what the processes of a namespace are called outside of it.
#include "machine/fixture.h"

namespace plumb::host {
namespace {

class Pids : public HostTest {
 protected:
  Pids() {
    plumb.number_in({{500, 0xf0000001}, {7, 0xf0000002}});
    inner.number_in({{600, 0xf0000001}, {8, 0xf0000002}, {1, 0xf0000003}});
    machine.current = &plumb.task;
  }

  // What the reader gets when the iterator comes to this task.
  std::vector<uint32_t> visit(task_struct* task) {
    bpf_iter_meta meta{&sequence};
    bpf_iter__task context{&meta, task};
    machine.shown.clear();
    pids.run("pids", {word(context.meta), word(context.task)});
    std::vector<uint32_t> words(machine.shown.size() / sizeof(uint32_t));
    if (!words.empty()) std::memcpy(words.data(), machine.shown.data(), machine.shown.size());
    return words;
  }

  Process plumb{500, "plumb"};
  Process inner{600, "sh"};
  seq_file sequence{};
  Object& pids = tracer("pids");
};

TEST_F(Pids, TellsTheOuterNumberAndTheReaders) {
  pids.load();
  EXPECT_EQ(visit(&plumb.task), (std::vector<uint32_t>{500, 7}));
}

TEST_F(Pids, OfANestedNamespaceTheReadersNumberCounts) {
  pids.load();
  EXPECT_EQ(visit(&inner.task), (std::vector<uint32_t>{600, 8}));
}

TEST_F(Pids, LeavesThreadsOut) {
  pids.load();
  EXPECT_TRUE(visit(&plumb.thread(501)).empty());
}

TEST_F(Pids, EndsWithNoTask) {
  pids.load();
  EXPECT_TRUE(visit(nullptr).empty());
}

}  // namespace
}  // namespace plumb::host
