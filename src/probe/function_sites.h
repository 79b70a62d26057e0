// Where a probe on functions goes in a file.
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
#include "probe/place_check.h"
#include "probe/placement.h"
#include "probe/user_probe.h"

namespace plumb::probe {

class FunctionSites {
 public:
  FunctionSites(const Spec& spec, UserProbe& probe, const Search& search)
      : spec_(spec), probe_(probe), search_(search) {}

  // Adds those of one file, and their names to the probe. Errors say why there are none.
  Result<> add(const Bytes& bytes, ProbedFile& file);
  // A separate file of debugging symbols that the file of the last add has.
  const std::optional<OpenFile>& symbols() const { return symbols_; }

 private:
  Result<std::vector<Function>> functions_in(const Elf& elf, const Bytes& bytes) const;
  Result<> begin_file(const Elf& elf, const Bytes& bytes);
  Result<> begin_throwing(const Elf& elf);
  Result<> begin_go(const Elf& elf, const Bytes& bytes);
  Placement placed(const Function& function, const std::string& code) const;
  Result<> add_address(const Bytes& bytes, const PlaceCheck& places, ProbedFile& file);
  Result<> add_function(const Function& function, const Bytes& bytes, const PlaceCheck& places,
                        ProbedFile& file);
  Result<std::vector<uint64_t>> ends_in(const Function& function, const Bytes& bytes,
                                        const PlaceCheck& places) const;
  void tell_overloads(const std::vector<Function>& functions, const std::string& path);
  std::string shown_name(const Function& function) const;
  Result<> check_return(const std::string& name, uint64_t offset) const;
  void put(ProbeSite site, const std::string& name, const Bytes& bytes, ProbedFile& file);

  const Spec& spec_;
  UserProbe& probe_;
  const Search& search_;
  bool is_go_ = false;  // this file
  Returns returns_ = Returns::caught;
  std::optional<uint64_t> entry_;  // where in this file its program begins
  std::optional<OpenFile> symbols_;
  std::set<uint64_t> taken_;          // offsets in this file
  std::set<std::string> overloaded_;  // names that several functions of this file have
};

}  // namespace plumb::probe
