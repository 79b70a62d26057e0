#include "resolve/mounts.h"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <charconv>

#include "resolve/cgroups.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_bytes = 16 << 20;
constexpr size_t most_parts = 8;

std::string_view take_word(std::string_view& line) {
  const size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// "8:1" is 8 << 20 | 1.
bool parse_device(std::string_view word, uint32_t& device) {
  uint32_t major = 0;
  uint32_t minor = 0;
  const char* end = word.data() + word.size();
  const auto first = std::from_chars(word.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return false;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  device = major << 20 | minor;
  return second.ec == std::errc() && second.ptr == end && major < 1 << 12 && minor < 1 << 20;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// Blanks, tabs, newlines and backslashes of names are written as \040.
std::string unescaped(std::string_view word) {
  std::string text;
  for (size_t i = 0; i < word.size(); i++) {
    const bool is_escape = word[i] == '\\' && i + 3 < word.size() && is_octal(word[i + 1]) &&
                           is_octal(word[i + 2]) && is_octal(word[i + 3]);
    if (!is_escape) {
      text += word[i];
      continue;
    }
    text += static_cast<char>((word[i + 1] - '0') << 6 | (word[i + 2] - '0') << 3 |
                              (word[i + 3] - '0'));
    i += 3;
  }
  return text;
}

}  // namespace

Mounts::Mounts(const std::string& file) : file_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}

// "36 35 98:0 / /mnt/data rw,noatime shared:1 - ext4 /dev/sda1 rw"
void Mounts::take(std::string_view line) {
  take_word(line);
  take_word(line);
  uint32_t device = 0;
  if (!parse_device(take_word(line), device)) return;
  const std::string root = unescaped(take_word(line));
  const std::string place = unescaped(take_word(line));
  if (place.empty()) return;
  devices_[place] = device;
  if (root == "/")
    places_.try_emplace(device, place);
  else
    take_part(parts_[device], {root, place});
}

// What lies in a folder that is mounted already says nothing new.
void Mounts::take_part(std::vector<Part>& parts, Part part) {
  for (const Part& other : parts)
    if (is_within(part.root, other.root)) return;
  std::erase_if(parts, [&](const Part& other) { return is_within(other.root, part.root); });
  if (parts.size() < most_parts) parts.push_back(std::move(part));
}

// Linux marks the open file once with an error when the table has changed.
bool Mounts::has_changed() {
  pollfd changes{file_.get(), POLLPRI, 0};
  return poll(&changes, 1, 0) > 0 && (changes.revents & (POLLERR | POLLPRI)) != 0;
}

void Mounts::read() {
  places_.clear();
  parts_.clear();
  devices_.clear();
  std::string text;
  std::array<char, 1 << 14> block;
  ssize_t got = 0;
  if (lseek(file_.get(), 0, SEEK_SET) != 0) return;
  while (text.size() < most_bytes && (got = ::read(file_.get(), block.data(), block.size())) > 0)
    text.append(block.data(), static_cast<size_t>(got));
  std::string_view rest = text;
  for (size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;
       rest.remove_prefix(end + 1))
    take(rest.substr(0, end));
  is_read_ = true;
}

void Mounts::refresh() {
  if (!is_read_ || has_changed()) read();
}

std::string Mounts::place_of(uint32_t device) {
  if (device == 0) return {};
  refresh();
  const auto found = places_.find(device);
  if (found != places_.end()) return found->second;
  const auto parts = parts_.find(device);
  std::string text;
  if (parts == parts_.end()) return text;
  for (const Part& part : parts->second)
    text += (text.empty() ? "" : ", ") + part.place + "[" + part.root + "]";
  return text;
}

uint32_t Mounts::device_at(const std::string& place) {
  refresh();
  const auto found = devices_.find(place);
  return found == devices_.end() ? 0 : found->second;
}

}  // namespace plumb::resolve
