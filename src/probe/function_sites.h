// Where a probe on functions goes in a file, and where their arguments are there.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/bytes.h"
#include "probe/elf.h"
#include "probe/find_probe.h"
#include "probe/functions.h"
#include "probe/user_probe.h"

namespace plumb::probe {

class FunctionSites {
 public:
  FunctionSites(const Spec& spec, UserProbe& probe, const Search& search)
      : spec_(spec), probe_(probe), search_(search) {}

  // Adds those of one file, and their names to the probe. Errors say why there are none.
  Result<> add(const Bytes& bytes, ProbedFile& file);

 private:
  Result<> check_language(const Elf& elf) const;
  Result<> add_address(const std::vector<Function>& all, const Bytes& bytes, ProbedFile& file);
  Result<> add_function(const Function& function, const Bytes& bytes, ProbedFile& file);
  Result<> check_return(const std::string& name, uint64_t offset) const;
  Result<> check_instruction(const Function& function, uint64_t offset, const Bytes& bytes) const;
  void put(ProbeSite site, const std::string& name, const Bytes& bytes, ProbedFile& file);

  const Spec& spec_;
  UserProbe& probe_;
  const Search& search_;
  std::optional<uint64_t> entry_;  // where in this file its program begins
  std::set<uint64_t> taken_;       // offsets in this file
};

// Where the System V ABI for x86-64 passes the integers and addresses of a call, at the function's
// entry (§3.2.3), for a probe before which the stack pointer has moved by so much.
std::vector<Argument> passed_arguments(size_t count, int64_t stack_moved);

}  // namespace plumb::probe
