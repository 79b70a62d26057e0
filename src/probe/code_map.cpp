#include "probe/code_map.h"

#include <algorithm>
#include <utility>

namespace plumb::probe {
namespace {

constexpr size_t most_made_functions = 512 << 10;
constexpr size_t most_made_bytes = 64 << 20;
constexpr size_t longest_made_name = 512;   // bytes
constexpr size_t longest_made_path = 1024;  // of a file
constexpr size_t made_overhead = 128;       // bytes beside a function's texts, about

size_t bytes_of(const CodeMap::Function& function) {
  return made_overhead + function.name.size() + function.lines.size() * sizeof(CodeMap::Line);
}

}  // namespace

void CodeMap::remove(std::map<uint64_t, Function>::iterator at) {
  bytes_ -= bytes_of(at->second);
  functions_.erase(at);
}

// Of what lies there only the beginning of what begins before stays.
void CodeMap::make_room(uint64_t begin, uint64_t end) {
  auto at = functions_.lower_bound(begin);
  if (at != functions_.begin()) {
    auto& [start, before] = *std::prev(at);
    before.size = std::min(before.size, begin - start);
  }
  while (at != functions_.end() && at->first < end) remove(at++);
}

void CodeMap::add(uint64_t begin, uint64_t size, std::string_view name, std::vector<Line> lines) {
  uint64_t end = 0;
  if (size == 0 || name.empty() || __builtin_add_overflow(begin, size, &end)) return;
  make_room(begin, end);
  Function function{size, std::string(name.substr(0, longest_made_name)), std::move(lines)};
  std::ranges::stable_sort(function.lines, {}, &Line::address);
  if (functions_.size() == most_made_functions || bytes_ + bytes_of(function) > most_made_bytes)
    return;
  bytes_ += bytes_of(function);
  functions_.emplace(begin, std::move(function));
}

void CodeMap::move(uint64_t from, uint64_t to) {
  const auto found = functions_.find(from);
  if (found == functions_.end()) return;
  Function function = found->second;
  remove(found);
  for (Line& line : function.lines) line.address = line.address - from + to;
  add(to, function.size, function.name, std::move(function.lines));
}

uint32_t CodeMap::number_of_file(std::string_view name) {
  name = name.substr(0, longest_made_path);
  const auto known = file_numbers_.find(name);
  if (known != file_numbers_.end()) return known->second;
  if (bytes_ + 2 * name.size() + made_overhead > most_made_bytes) return 0;
  const auto number = static_cast<uint32_t>(files_.size());
  file_numbers_.emplace(name, number);
  files_.emplace_back(name);
  bytes_ += 2 * name.size() + made_overhead;
  return number;
}

void CodeMap::clear() { *this = CodeMap(); }

const CodeMap::Function* CodeMap::at(uint64_t address) const {
  const auto after = functions_.upper_bound(address);
  if (after == functions_.begin()) return nullptr;
  const auto& [begin, function] = *std::prev(after);
  return address - begin < function.size ? &function : nullptr;
}

const CodeMap::Line* CodeMap::line_at(const Function& function, uint64_t address) {
  const auto after = std::ranges::upper_bound(function.lines, address, {}, &Line::address);
  return after == function.lines.begin() ? nullptr : &*std::prev(after);
}

}  // namespace plumb::probe
