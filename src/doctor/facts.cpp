#include "doctor/facts.h"

#include <charconv>
#include <sstream>

#include "base/text.h"
#include "resolve/cgroups.h"

namespace plumb::doctor {
namespace {

// The value of "NAME:\tVALUE".
std::string_view value_of(std::string_view status, std::string_view name) {
  for (size_t line = 0; line < status.size();) {
    const size_t end = std::min(status.find('\n', line), status.size());
    const std::string_view text = status.substr(line, end - line);
    if (text.starts_with(name) && text.substr(name.size()).starts_with(":")) {
      const size_t value = text.find_first_not_of(" \t", name.size() + 1);
      return value == std::string_view::npos ? "" : text.substr(value);
    }
    line = end + 1;
  }
  return {};
}

bool is_octal(std::string_view digits) {
  return digits.size() == 3 && digits.find_first_not_of("01234567") == std::string_view::npos;
}

// The kernel writes blanks and backslashes of a path as \040 and the like.
std::string unescaped(std::string_view path) {
  std::string text;
  for (size_t i = 0; i < path.size(); i++) {
    if (path[i] != '\\' || !is_octal(path.substr(i + 1, 3))) {
      text += path[i];
      continue;
    }
    unsigned code = 0;
    std::from_chars(path.data() + i + 1, path.data() + i + 4, code, 8);
    text += static_cast<char>(code);
    i += 3;
  }
  return text;
}

}  // namespace

std::string lockdown_mode(std::string_view text) {
  const size_t open = text.find('[');
  const size_t close = text.find(']', open);
  if (close == std::string_view::npos) return {};
  return std::string(text.substr(open + 1, close - open - 1));
}

uint64_t effective_capabilities(std::string_view status) {
  const std::string_view text = value_of(status, "CapEff");
  uint64_t bits = 0;
  std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  return bits;
}

bool under_seccomp_filter(std::string_view status) {
  return value_of(status, "Seccomp").starts_with('2');
}

bool in_user_namespace(std::string_view uid_map) {
  std::istringstream words{std::string(uid_map)};
  uint64_t inside = 0, outside = 0, count = 0;
  if (!(words >> inside >> outside >> count)) return false;
  return inside != 0 || outside != 0 || count != UINT32_MAX;
}

std::vector<std::string> mounts_of(std::string_view mountinfo, std::string_view type) {
  std::vector<std::string> points;
  for (const std::string& line : split(mountinfo, '\n')) {
    // 36 35 98:0 /root /mount/point options optional... - type source options
    const size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    if (split(std::string_view(line).substr(dash + 3), ' ').front() != type) continue;
    const std::vector<std::string> words = split(std::string_view(line).substr(0, dash), ' ');
    if (words.size() > 4) points.push_back(unescaped(words[4]));
  }
  return points;
}

CgroupLayout cgroup_layout(std::string_view mountinfo) {
  CgroupLayout layout;
  layout.unified = resolve::find_cgroup_mount(mountinfo);
  const std::vector<std::string> controllers = mounts_of(mountinfo, "cgroup");
  if (!controllers.empty())
    layout.legacy = controllers.front().substr(0, controllers.front().rfind('/'));
  if (layout.unified.empty())
    layout.mode = controllers.empty() ? CgroupMode::none : CgroupMode::v1;
  else
    layout.mode = controllers.empty() ? CgroupMode::v2 : CgroupMode::hybrid;
  return layout;
}

bool shows_addresses(std::string_view kallsyms) {
  for (const std::string& line : split(kallsyms, '\n')) {
    const std::string address = line.substr(0, line.find(' '));
    if (address.size() == 16 && address.find_first_not_of('0') != std::string::npos) return true;
  }
  return false;
}

}  // namespace plumb::doctor
