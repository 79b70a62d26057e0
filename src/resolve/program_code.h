// ProgramCode: a file that processes run code from, the functions in it, and where in the source
// its instructions come from. It stays open, so that it can be asked when nobody runs it any more
// and its name is another one's; what was taken from it is opened with the first question.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "probe/bytes.h"
#include "probe/elf.h"
#include "probe/functions.h"
#include "probe/open_file.h"
#include "resolve/source_readers.h"

namespace plumb::resolve {

class ProgramCode {
 public:
  // `path`: as whoever runs it sees it. `pid`: who that is, in whose root separate debugging
  // symbols are looked for; 0: nobody.
  ProgramCode(std::string path, std::unique_ptr<probe::Bytes> bytes, uint32_t pid);

  const std::string& path() const { return path_; }
  const probe::Bytes& bytes() const { return *bytes_; }
  // This will be asked: all that are expected are asked together with the first one, so that the
  // process that reads a file's debug information need not be there for long.
  void expect(uint64_t offset);
  // Of the instruction at this file offset, innermost first; the last is the function whose code it
  // is, all others are inlined. Never empty; what is not known is "" and 0.
  const std::vector<probe::SourceFrame>& frames_at(uint64_t offset, SourceReaders& readers);

 private:
  void read();
  void open_separate(const probe::Elf& elf);
  std::string root() const;  // that other one, as open_file names it; ""
  void open_shared(const probe::Elf& elf);
  void add_symbols(const probe::Elf& elf);
  std::string function_at(uint64_t offset) const;
  std::vector<probe::SourceFrame> look_up(uint64_t offset, SourceReaders& readers) const;

  std::string path_;
  std::unique_ptr<probe::Bytes> bytes_;
  uint32_t pid_;
  Fd root_;  // of that process, where it is another one than ours: it stays when the process is
             // gone
  bool is_read_ = false;
  std::optional<probe::Elf> elf_;
  std::unique_ptr<probe::Bytes> separate_;  // what was taken from it; null
  probe::OpenFile shared_;                  // what dwz has moved away from that of both with lines
  int with_lines_ = -1;                     // the descriptor of that of both; -1: neither has any
  std::vector<probe::Function> functions_;
  std::unordered_map<uint64_t, std::vector<probe::SourceFrame>> frames_;  // by offset
  std::unordered_set<uint64_t> expected_;                                 // offsets
};

}  // namespace plumb::resolve
