// The text of /proc/PID/maps.
#include <algorithm>
#include <charconv>

#include "probe/mapped_files.h"

namespace plumb::probe {
namespace {

std::string_view take_column(std::string_view& line, char separator = ' ') {
  const size_t end = std::min(line.find(separator), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool take_number(std::string_view word, int base, uint64_t& out) {
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, out, base);
  return !word.empty() && error == std::errc() && stop == end;
}

// The kernel writes a newline as \012, and nothing else so: a name that has these four characters
// cannot be told from it.
std::string with_newlines(std::string_view text) {
  constexpr std::string_view spelled = "\\012";
  std::string path;
  for (size_t at = 0; (at = text.find(spelled)) != text.npos;) {
    path.append(text.substr(0, at)) += '\n';
    text.remove_prefix(at + spelled.size());
  }
  return path.append(text);
}

}  // namespace

// "7f1c2a000000-7f1c2a022000 r--p 00000000 08:01 1234      /usr/lib/libc.so.6"
bool parse_maps_line(std::string_view line, MapsLine& out) {
  if (!take_number(take_column(line, '-'), 16, out.begin)) return false;
  if (!take_number(take_column(line), 16, out.end)) return false;
  out.executable = take_column(line).find('x') != line.npos;
  if (!take_number(take_column(line), 16, out.offset)) return false;
  out.device = take_column(line);
  if (!take_number(take_column(line), 10, out.inode) || out.inode == 0) return false;
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  out.path = with_newlines(line);
  return !out.path.empty();
}

std::string beneath_root(const std::string& path, const std::string& root) {
  const bool is_beneath = root != "/" && path.starts_with(root) && path[root.size()] == '/';
  return is_beneath ? path.substr(root.size()) : path;
}

bool cut_deleted(std::string& path) {
  constexpr std::string_view mark = " (deleted)";
  if (!path.ends_with(mark)) return false;
  path.resize(path.size() - mark.size());
  return true;
}

}  // namespace plumb::probe
