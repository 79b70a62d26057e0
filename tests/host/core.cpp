#include "core.h"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace plumb::host {
namespace {

template <class T>
T at(const std::string& bytes, uint64_t offset) {
  T value{};
  if (offset > bytes.size() || bytes.size() - offset < sizeof(value))
    throw std::runtime_error("the core ends early");
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

}  // namespace

Core::Core(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto head = at<Elf64_Ehdr>(bytes, 0);
  for (uint16_t i = 0; i < head.e_phnum; i++) {
    const auto part = at<Elf64_Phdr>(bytes, head.e_phoff + uint64_t{i} * head.e_phentsize);
    if (part.p_offset > bytes.size() || part.p_filesz > bytes.size() - part.p_offset) continue;
    if (part.p_type == PT_LOAD && part.p_filesz != 0)
      segments_[part.p_vaddr] = bytes.substr(part.p_offset, part.p_filesz);
    if (part.p_type == PT_NOTE) add_notes(bytes.data() + part.p_offset, part.p_filesz);
  }
  if (registers_.empty() || mappings_.empty()) throw std::runtime_error(path + " is no core");
}

void Core::add_notes(const char* notes, size_t size) {
  const std::string all(notes, size);
  for (size_t i = 0; i + sizeof(Elf64_Nhdr) <= size;) {
    const auto head = at<Elf64_Nhdr>(all, i);
    const size_t begin = i + sizeof(head) + padded(head.n_namesz);
    if (begin > size || head.n_descsz > size - begin) return;
    const std::string note = all.substr(begin, head.n_descsz);
    if (head.n_type == NT_PRSTATUS && registers_.empty()) {
      const auto status = at<elf_prstatus>(note, 0);
      registers_.resize(sizeof(status.pr_reg) / sizeof(uint64_t));
      std::memcpy(registers_.data(), &status.pr_reg, sizeof(status.pr_reg));
    }
    if (head.n_type == NT_FILE) add_mappings(note);
    i = begin + padded(head.n_descsz);
  }
}

// NT_FILE: how many, the unit of offsets, which is a byte for gdb, begin, end and offset of each,
// then their names.
void Core::add_mappings(const std::string& note) {
  const auto count = at<uint64_t>(note, 0), unit = at<uint64_t>(note, 8);
  size_t name = (2 + 3 * count) * sizeof(uint64_t);
  for (uint64_t i = 0; i < count && name < note.size(); i++) {
    const size_t of = (2 + 3 * i) * sizeof(uint64_t);
    mappings_.push_back({at<uint64_t>(note, of), at<uint64_t>(note, of + 8),
                         at<uint64_t>(note, of + 16) * unit >> 12, note.c_str() + name});
    name += mappings_.back().path.size() + 1;
  }
}

std::map<uint64_t, std::string>::const_iterator Core::segment(uint64_t address,
                                                              uint64_t size) const {
  auto next = segments_.upper_bound(address);
  if (next == segments_.begin()) return segments_.end();
  const auto found = std::prev(next);
  const uint64_t offset = address - found->first;
  const bool is_within = offset <= found->second.size() && size <= found->second.size() - offset;
  return is_within ? found : segments_.end();
}

bool Core::read(uint64_t address, void* to, uint64_t size) const {
  const auto found = segment(address, size);
  if (found == segments_.end()) return false;
  std::memcpy(to, found->second.data() + (address - found->first), size);
  return true;
}

bool Core::write(uint64_t address, const void* from, uint64_t size) {
  const auto found = segment(address, size);
  if (found == segments_.end()) return false;
  std::memcpy(segments_[found->first].data() + (address - found->first), from, size);
  return true;
}

}  // namespace plumb::host
