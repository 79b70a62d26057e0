#include "base/page.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/utf8.h"

namespace plumb {
namespace {

// Where to break `line` so that at most `columns` are before it: at the last blank behind `from`
// that allows it, else at the first there is, since a word stays whole.
size_t place_to_break(std::string_view line, size_t from, size_t columns) {
  const size_t end = size_within(line, columns);
  const size_t blank = line.rfind(' ', end);
  if (blank != line.npos && blank > from) return blank;
  return std::min(line.find(' ', std::max(from, end)), line.size());
}

void append_folded(std::string& out, std::string_view line, size_t indent, size_t columns) {
  size_t at = 0;
  size_t from =
      std::max(std::min(line.find_first_not_of(' '), line.size()), size_within(line, indent));
  while (at + columns_of(line) > columns) {
    const size_t end = place_to_break(line, from, columns - std::min(at, columns));
    const size_t next = std::min(line.find_first_not_of(' ', end), line.size());
    if (next == line.size()) break;
    out += line.substr(0, line.find_last_not_of(' ', end) + 1);
    out += "\n" + std::string(indent, ' ');
    line.remove_prefix(next);
    at = indent;
    from = 0;
  }
  out += line;
}

}  // namespace

size_t terminal_columns(int fd) {
  constexpr size_t usual = 80;  // of one that does not say
  winsize window{};
  if (isatty(fd) == 0 || ioctl(fd, TIOCGWINSZ, &window) != 0) return 0;
  return window.ws_col != 0 ? window.ws_col : usual;
}

std::string fold(std::string_view page, size_t indent, size_t columns) {
  constexpr size_t fewest = 24;  // in less, texts are columns of single words
  if (columns == 0) return std::string(page);
  if (indent + fewest > columns) indent = std::min<size_t>(4, columns / 4);
  std::string out;
  while (!page.empty()) {
    const size_t end = std::min(page.find('\n'), page.size());
    if (page.starts_with('\t'))
      out += page.substr(0, end);
    else
      append_folded(out, page.substr(0, end), indent, columns);
    if (end < page.size()) out += '\n';
    page.remove_prefix(std::min(end + 1, page.size()));
  }
  return out;
}

}  // namespace plumb
