#include "resolve/kernel_code.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "resolve/kallsyms.h"
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
  each_line(std::exchange(file_, Fd()), [this](std::string_view line) {
    take(line);
    return functions_.size() < most_functions;
  });
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
