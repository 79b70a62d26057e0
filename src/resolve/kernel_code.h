// KernelCode: the kernel's functions by their addresses.
//
// Source: /proc/kallsyms (kernel/kallsyms.c), which has all addresses as 0 for who may not see
// them. It tells no sizes: a function reaches to the next symbol.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace plumb::resolve {

class KernelCode {
 public:
  struct Place {
    std::string_view function;  // "": not known
    std::string_view module;    // "kernel", or "ext4"
  };

  // Whether it tells addresses, the kernel decides by who opens it: that is done here.
  explicit KernelCode(const std::string& file = "/proc/kallsyms");

  // Both are valid as long as this is.
  Place place_of(uint64_t address);

 private:
  struct Function {
    uint64_t address;
    uint32_t name;    // where it begins in names_, as does
    uint32_t module;  // that of the module; each ends with 0
  };

  void read();
  void take(std::string_view line);

  Fd file_;  // until it was read
  std::string last_module_;
  uint32_t module_ = 0;
  std::vector<Function> functions_;  // in the order of their addresses
  std::string names_;
};

}  // namespace plumb::resolve
