#include "resolve/symbols.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "resolve/kallsyms.h"
#include "resolve/state_file.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_symbols = 1'000'000;
constexpr uint64_t largest_variable = 64 << 10;  // the file tells no sizes
// Below, x86-64 has nothing of the kernel's image: what is listed there lies within each
// processor's own memory.
constexpr uint64_t image = 0xffff'ffff'8000'0000;

// Of nm(1): in bss, data, read-only data, or weak.
bool is_variable(char type) {
  return std::string_view("bBdDrRvV").find(type) != std::string_view::npos;
}

}  // namespace

Symbols::Symbols(const std::string& file) : file_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}

// The lines of one module come together.
uint32_t Symbols::module_of(std::string_view line) {
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return 0;
  if (line.substr(tab) != module_) {
    module_ = line.substr(tab);
    modules_++;
  }
  return modules_;
}

// "ffffffff82a0f0c0 D rtnl_mutex", and of a module behind a tab "[name]".
void Symbols::take(std::string_view line) {
  uint64_t address = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), address, 16);
  line.remove_prefix(static_cast<size_t>(end - line.data()));
  if (error != std::errc() || address < image || line.size() < 4 || line[0] != ' ' ||
      line[2] != ' ')
    return;
  Symbol symbol{address, 0, module_of(line)};
  if (is_variable(line[1])) {
    symbol.name = static_cast<uint32_t>(names_.size());
    names_ += printable(line.substr(3, line.find('\t') - 3));
    names_ += '\0';
  }
  symbols_.push_back(symbol);
}

void Symbols::read() {
  each_line(std::exchange(file_, Fd()), [this](std::string_view line) {
    take(line);
    return symbols_.size() < most_symbols;
  });
  // Of several at one address the first variable counts.
  std::ranges::stable_sort(symbols_, [](const Symbol& a, const Symbol& b) {
    return a.address != b.address ? a.address < b.address : (a.name != 0) > (b.name != 0);
  });
}

std::string Symbols::name_of(uint64_t address) {
  if (file_) read();
  const auto after = std::ranges::upper_bound(symbols_, address, {}, &Symbol::address);
  if (after == symbols_.begin() || after == symbols_.end())
    return {};  // the last one's end is not known
  const uint64_t begin = std::prev(after)->address;
  const auto first = std::ranges::lower_bound(symbols_, begin, {}, &Symbol::address);
  if (first->name == 0 || address - begin >= largest_variable) return {};
  if (address != begin && first->module != after->module) return {};  // a module's last one
  const std::string name = names_.c_str() + first->name;
  return address == begin ? name : fmt::format("{}+{:#x}", name, address - begin);
}

}  // namespace plumb::resolve
