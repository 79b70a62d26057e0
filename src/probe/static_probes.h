// Static probes: what a program's author named for tracers (USDT), from the ELF notes that
// <sys/sdt.h> and its like leave. Each note is one site, a no-op instruction; several sites may
// share a name.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probe/elf.h"

namespace plumb::probe {

struct Site {
  std::optional<uint64_t> offset;  // in the file; nothing where no part that is loaded has it
  std::string arguments;           // for parse_arguments
  // A counter of 16 bits by which the program knows that somebody is interested.
  bool has_semaphore = false;
  std::optional<uint64_t> semaphore;  // its offset in the file, likewise
};

struct Probe {
  std::string provider;
  std::string name;
  std::vector<Site> sites;  // by offset
};

struct StaticProbes {
  Machine machine = Machine::other;
  std::vector<Probe> probes;  // by provider and name
  uint32_t broken = 0;        // notes that make no sense, and are left out
};

Result<StaticProbes> static_probes(const Bytes& bytes);

}  // namespace plumb::probe
