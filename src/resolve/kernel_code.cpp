#include "resolve/kernel_code.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "resolve/state_file.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_functions = 1'000'000;

// Of nm(1): in a section of code, or weak.
bool is_code(char type) { return std::string_view("tTwW").find(type) != std::string_view::npos; }

}  // namespace

KernelCode::KernelCode(const std::string& file)
    : file_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}

// "ffffffff82a0f0c0 T vfs_read", and of a module behind a tab "[ext4]".
void KernelCode::take(std::string_view line) {
  uint64_t address = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), address, 16);
  line.remove_prefix(static_cast<size_t>(end - line.data()));
  if (error != std::errc() || address == 0 || line.size() < 4 || !is_code(line[1])) return;
  line.remove_prefix(3);
  const size_t tab = line.find('\t');
  std::string_view module = tab == std::string_view::npos ? "[kernel]" : line.substr(tab + 1);
  if (module.size() > 2) module = module.substr(1, module.size() - 2);
  if (module != last_module_) {
    last_module_ = module;
    module_ = static_cast<uint32_t>(names_.size());
    names_.append(printable(module)).push_back('\0');
  }
  functions_.push_back({address, static_cast<uint32_t>(names_.size()), module_});
  names_.append(printable(line.substr(0, tab))).push_back('\0');
}

void KernelCode::read() {
  std::array<char, 1 << 16> block;
  std::string rest;
  ssize_t got = 0;
  while (functions_.size() < most_functions &&
         (got = ::read(file_.get(), block.data(), block.size())) > 0) {
    rest.append(block.data(), static_cast<size_t>(got));
    size_t begin = 0;
    for (size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1)
      take(std::string_view(rest).substr(begin, end - begin));
    rest.erase(0, begin);
    if (rest.size() > block.size()) break;  // that is no such file
  }
  file_ = Fd();
  std::ranges::stable_sort(functions_, {}, &Function::address);
}

KernelCode::Place KernelCode::place_of(uint64_t address) {
  if (file_) read();
  const auto after = std::ranges::upper_bound(functions_, address, {}, &Function::address);
  if (after == functions_.begin()) return {"", "kernel"};
  // Of several names at one address the first is the one that was there before others were made.
  const auto found =
      std::ranges::lower_bound(functions_, std::prev(after)->address, {}, &Function::address);
  return {names_.c_str() + found->name, names_.c_str() + found->module};
}

}  // namespace plumb::resolve
