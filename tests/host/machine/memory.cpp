#include "machine/memory.h"

#include <cerrno>
#include <cstring>

namespace plumb::host {
namespace {

constexpr uint64_t first_address = 64 << 10;  // below lies what a NULL pointer with an offset is
constexpr uint64_t last_address = uint64_t{1} << 47;

}  // namespace

uint64_t Memory::user(std::string_view bytes) {
  bytes_.push_back(std::make_unique<char[]>(bytes.size() + 1));
  std::memcpy(bytes_.back().get(), bytes.data(), bytes.size());
  const auto begin = reinterpret_cast<uint64_t>(bytes_.back().get());
  user_[begin] = begin + bytes.size();
  return begin;
}

uint64_t Memory::user(const std::vector<uint64_t>& words) {
  return user({reinterpret_cast<const char*>(words.data()), words.size() * sizeof(uint64_t)});
}

bool Memory::is_readable(Space space, uint64_t address, uint64_t size) const {
  const uint64_t end = address + size;
  for (const auto& [from, to] : lost_)
    if (address < to && end > from) return false;
  auto next = user_.upper_bound(address);
  const bool is_users = next != user_.begin() && address < std::prev(next)->second;
  if (space == Space::user) return is_users && end <= std::prev(next)->second;
  return !is_users && address >= first_address && end < last_address && end >= address;
}

long Memory::read(Space space, void* to, uint32_t size, uint64_t from) {
  const bool allowed = !before_read || before_read(from);
  if (size == 0) return 0;
  if (!allowed || !is_readable(space, from, size)) {
    std::memset(to, 0, size);
    return -EFAULT;
  }
  std::memcpy(to, reinterpret_cast<const void*>(from), size);
  return 0;
}

long Memory::read_text(Space space, char* to, uint32_t size, uint64_t from) {
  const bool allowed = !before_read || before_read(from);
  for (uint32_t i = 0; i < size; i++) {
    if (!allowed || !is_readable(space, from + i, 1)) {
      std::memset(to, 0, size);
      return -EFAULT;
    }
    to[i] = *reinterpret_cast<const char*>(from + i);
    if (to[i] == '\0') return i + 1;
  }
  if (size) to[size - 1] = '\0';
  return size;
}

}  // namespace plumb::host
