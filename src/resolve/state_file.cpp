#include "resolve/state_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "base/fd.h"
#include "base/text.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_names = 4096;
constexpr size_t most_text = 256;

}  // namespace

FileStamp stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size,
          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Json read_json(const std::string& path, size_t limit) {
  const Json none(Json::value_t::discarded);
  // O_PATH opens without waiting and without effect, whatever it is that lies there.
  Fd fd(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return none;
  if (status.st_size < 0 || static_cast<uint64_t>(status.st_size) > limit) return none;
  auto bytes = read_file(fmt::format("/proc/self/fd/{}", fd.get()), limit);
  return bytes ? Json::parse(*bytes, nullptr, false) : none;
}

const Json& member(const Json& value, std::string_view key) {
  static const Json none;
  auto found = value.find(std::string(key));  // end() of anything that is no object
  return found == value.end() ? none : *found;
}

std::string_view raw_text(const Json& value, std::string_view key) {
  const Json& found = member(value, key);
  if (!found.is_string()) return {};
  return found.get_ref<const std::string&>();
}

std::string text(const Json& value, std::string_view key) {
  return printable(raw_text(value, key));
}

std::string printable(std::string_view raw) {
  if (raw.size() > most_text) {
    size_t end = most_text;
    while (end > 0 && (raw[end] & 0xC0) == 0x80) end--;  // not through the middle of a character
    raw = raw.substr(0, end);
  }
  std::string clean(raw);
  auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  std::replace_if(clean.begin(), clean.end(), control, '?');
  return clean;
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) return names;
  while (names.size() < most_names) {
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  return names;
}

}  // namespace plumb::resolve
