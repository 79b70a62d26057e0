#include "machine/machine.h"

#include <cstdio>
#include <cstdlib>

namespace plumb::host {
namespace {

Machine* running_machine = nullptr;

[[noreturn]] void refuse(const char* why) {
  std::fprintf(stderr, "a program broke a rule of the verifier: %s\n", why);
  std::abort();
}

}  // namespace

Machine::Machine() { running_machine = this; }
Machine::~Machine() { running_machine = nullptr; }

Machine& Machine::running() {
  if (!running_machine) refuse("it runs without a machine");
  return *running_machine;
}

Map& Machine::map(const void* at) const {
  auto found = maps_.find(at);
  if (found == maps_.end()) refuse("not a map that was created");
  return *found->second;
}

Channel& Machine::channel(const void* at) const {
  auto found = channels_.find(at);
  if (found == channels_.end()) refuse("not a ring or perf buffer that was created");
  return *found->second;
}

void Machine::submit(void* data, uint64_t flags, bool keep) {
  for (const auto& [at, channel] : channels_)
    if (channel->submit(data, flags, keep)) return;
  refuse("submits what it did not reserve");
}

size_t Machine::reserved() const {
  size_t count = 0;
  for (const auto& [at, channel] : channels_) count += channel->reserved();
  return count;
}

}  // namespace plumb::host
