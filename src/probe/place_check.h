// Whether a probe may be put at a place: what the kernel would do, and the program not survive.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probe/bytes.h"
#include "probe/elf.h"
#include "probe/functions.h"

namespace plumb::probe {

// At most 64 KiB from its begin on; fewer where its size is not told, none where the file is cut.
std::string code_of(const Function& function, const Bytes& bytes);
bool is_whole(const Function& function, const std::string& code);

class PlaceCheck {
 public:
  // `nops_are_safe`: whether the kernel leaves alone what is below the stack pointer when a probe
  // is on a no-op of five bytes. It is asked where that matters; null: that does not matter.
  PlaceCheck(const Elf& elf, const Bytes& bytes, const std::function<bool()>& nops_are_safe)
      : elf_(elf), bytes_(bytes), nops_are_safe_(nops_are_safe) {}

  // Those of functions_of; without, they are read when they are needed.
  void know(std::vector<Function> functions) { functions_ = std::move(functions); }
  const std::vector<Function>& functions() const;
  Machine machine() const { return elf_.machine(); }

  // Of an offset in the file: it is code, and a probe there changes no data of the program; of one
  // that somebody typed also that an instruction begins there, as far as one knows. The errors say
  // what is not so, and are misuse.
  Result<> check(uint64_t offset) const;
  Result<> check_typed(uint64_t offset) const;

 private:
  std::optional<Function> around(uint64_t offset) const;

  const Elf& elf_;
  const Bytes& bytes_;
  const std::function<bool()>& nops_are_safe_;
  mutable std::optional<std::vector<Function>> functions_;
};

// Whether the function has nothing of its own below the stack pointer at `offset`. Compilers keep
// data there only in functions that call no others, and nothing is there when a function is
// entered. True is proven where all of the code is understood.
bool keeps_nothing_below_stack(std::string_view code, uint64_t offset);

}  // namespace plumb::probe
