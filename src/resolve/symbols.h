// Symbols: which variable of the kernel or of a module lies at an address, from /proc/kallsyms.
//
// The file is opened at once, as the kernel shows addresses to whom it trusted then, and read when
// the first name is asked for. It has variables where the kernel is built with CONFIG_KALLSYMS_ALL,
// as distributions do. Not thread-safe: one reader owns it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace plumb::resolve {

class Symbols {
 public:
  explicit Symbols(const std::string& file = "/proc/kallsyms");

  // "rtnl_mutex", or "init_mm+0x38" for what lies inside; "" when nothing known lies there.
  std::string name_of(uint64_t address);

 private:
  struct Symbol {
    uint64_t address;  // of what is not a variable as well: there the one before it ends
    uint32_t name;     // where it begins in names_; 0: not a variable
    uint32_t module;   // 0: of the kernel itself
  };

  void read();
  uint32_t module_of(std::string_view line);
  void take(std::string_view line);

  Fd file_;
  std::string module_;  // of the last line that had one
  uint32_t modules_ = 0;
  std::vector<Symbol> symbols_;  // in the order of their addresses
  std::string names_{'\0'};      // each ends with 0
};

}  // namespace plumb::resolve
