#include "resolve/users.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_user_bytes = 4 << 20;
constexpr size_t most_users = 65'536;

// Takes the text before the next ':' away from `line`. False when there is no ':', so that a number
// at the cut end of a file that is too long is not taken for a shorter one.
bool take_field(std::string_view& line, std::string_view& field) {
  size_t end = line.find(':');
  if (end == std::string_view::npos) return false;
  field = line.substr(0, end);
  line.remove_prefix(end + 1);
  return true;
}

bool parse_line(std::string_view line, std::string_view& name, uint32_t& id) {
  std::string_view password;
  std::string_view digits;
  if (!take_field(line, name) || !take_field(line, password) || !take_field(line, digits))
    return false;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  return error == std::errc() && end == digits.data() + digits.size() && !name.empty();
}

}  // namespace

void Users::Names::read() {
  by_id.clear();
  auto text = read_file(file, most_user_bytes);
  if (!text) return;
  std::string_view rest = *text;
  while (!rest.empty() && by_id.size() < most_users) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    std::string_view name;
    uint32_t id = 0;
    if (parse_line(line, name, id)) by_id.try_emplace(id, printable(name));
  }
}

void Users::Names::refresh() {
  const FileStamp now = stamp_of(file);
  if (now == read_at) return;
  read_at = now;
  read();
}

std::string Users::Names::name(uint32_t id) {
  auto known = by_id.find(id);
  if (known == by_id.end()) {
    refresh();
    known = by_id.find(id);
  }
  return known == by_id.end() ? "" : known->second;
}

std::vector<uint64_t> Users::Names::ids(std::string_view name) {
  refresh();
  std::vector<uint64_t> found;
  for (const auto& [id, its_name] : by_id)
    if (its_name == name) found.push_back(id);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace plumb::resolve
