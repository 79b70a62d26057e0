// ProgramCode: a file that processes run code from, and the functions in it. It stays open, so that
// it can be asked when nobody runs it any more and its name is another one's.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probe/bytes.h"
#include "probe/functions.h"

namespace plumb::resolve {

class ProgramCode {
 public:
  // `path`: as whoever runs it sees it. `pid`: who that is, in whose root separate debugging
  // symbols are looked for; 0: nobody.
  ProgramCode(std::string path, std::unique_ptr<probe::Bytes> bytes, uint32_t pid)
      : path_(std::move(path)), bytes_(std::move(bytes)), pid_(pid) {}

  const std::string& path() const { return path_; }
  const probe::Bytes& bytes() const { return *bytes_; }
  // The readable name of the function in which this file offset lies; "": none is known.
  std::string function_at(uint64_t offset);

 private:
  void read();

  std::string path_;
  std::unique_ptr<probe::Bytes> bytes_;
  uint32_t pid_;
  std::optional<std::vector<probe::Function>> functions_;
};

}  // namespace plumb::resolve
