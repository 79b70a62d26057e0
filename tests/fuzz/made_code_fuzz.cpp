// Any bytes as perf-PID.map, all at once or in two parts, and as the records of jit-PID.dump: a map
// whose functions lie beside one another, within bounds.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "probe/code_map.h"
#include "probe/jitdump.h"
#include "probe/perf_map.h"

namespace {

using namespace plumb::probe;

// What is found at an address is there as far as it is told to reach.
void check(const CodeMap& map, uint64_t address) {
  const CodeMap::Function* found = map.at(address);
  if (found == nullptr) return;
  if (found->size == 0 || found->name.empty() || found->name.size() > 512) std::abort();
  const CodeMap::Line* line = CodeMap::line_at(*found, address);
  if (line != nullptr && (line->address > address || map.file_of(*line).size() > 1024))
    std::abort();
}

void check(const CodeMap& map, std::string_view bytes) {
  if (map.bytes() > (64 << 20)) std::abort();
  for (size_t at = 0; at + 8 <= bytes.size() && at < 4096; at++) {
    uint64_t address = 0;
    std::memcpy(&address, bytes.data() + at, sizeof(address));
    check(map, address);
    check(map, address & 0xffff);
  }
}

void perf_map(std::string_view text, size_t cut) {
  CodeMap whole, parts;
  const size_t taken = take_perf_map(text, whole);
  if (taken > text.size() || text.find('\n', taken) != text.npos) std::abort();
  const size_t first = take_perf_map(text.substr(0, cut), parts);
  if (first + take_perf_map(text.substr(first), parts) != taken) std::abort();
  if (parts.bytes() != whole.bytes()) std::abort();
  check(whole, text);
}

void jitdump(const std::string& bytes) {
  CodeMap map;
  const auto read = take_jitdump(MemoryBytes(bytes), 0, map);
  if (!read && read.error().what.empty()) std::abort();
  if (read) (void)take_jitdump(MemoryBytes(bytes), *read, map);
  check(map, bytes);
}

// Records of a sound file, each of which may hold anything.
std::string records_of(std::string_view bytes) {
  const auto word = [](uint32_t value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  std::string file = word(0x4A695444) + word(1) + word(40) + std::string(28, '\0');
  while (bytes.size() > 2) {
    const size_t size = static_cast<unsigned char>(bytes[1]);
    const std::string_view record = bytes.substr(2, size);
    file += word(static_cast<unsigned char>(bytes[0]) % 5) +
            word(static_cast<uint32_t>(16 + record.size())) + std::string(8, '\0');
    file += record;
    bytes.remove_prefix(2 + record.size());
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 3) {
    case 0:
      perf_map(bytes, std::min<size_t>(data[1], bytes.size()));
      break;
    case 1:
      jitdump(bytes);
      break;
    case 2:
      jitdump(records_of(bytes));
      break;
  }
  return 0;
}
