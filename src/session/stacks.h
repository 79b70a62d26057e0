// Stacks: those that the programs have sent, with names for their frames.
//
// The files that processes run code from are opened when they are first met, and stay open: a stack
// has its names when the process is gone. Files that were mapped before the run have their tables
// before the first hook is attached; of others, the programs tell when they meet one.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kernel/live.h"
#include "kernel/stack_tables.h"
#include "probe/open_file.h"
#include "render/stacks.h"
#include "resolve/kernel_code.h"
#include "resolve/made_code.h"
#include "resolve/program_code.h"
#include "resolve/source_readers.h"
#include "session/prepare.h"
#include "session/request.h"

namespace plumb::session {

class Stacks {
 public:
  // Null where no plan reads a stack. Reads what the processes that will be traced have mapped, and
  // what a command is likely to map; completes `options`.
  static Result<std::unique_ptr<Stacks>> prepare(const Request& request, const Prepared& prepared,
                                                 kernel::LiveOptions& options);

  // Once they are loaded, and before anything is attached.
  Result<> fill(const kernel::Live& live);
  // A record that is no event. False: it is one.
  bool take(std::string_view bytes);

  // What is known of a stack as JSON (render/stacks.h); "": none of this number was sent.
  std::string_view text_of(uint64_t id);
  // Events that have none, because it was lost.
  uint64_t lost() const { return tables_ ? tables_->lost() : 0; }
  // On standard error, if there are any.
  void tell_lost() const;

 private:
  struct File {
    uint64_t inode = 0;  // where the kernel has it
    std::unique_ptr<resolve::ProgramCode> code;
    std::optional<unwind::Table> table;  // until the kernel has it; none: there can be none
  };
  // One that was opened, of which is not known yet whether it is among files_.
  struct Opened {
    int descriptor = -1;  // of what `code` reads
    std::unique_ptr<resolve::ProgramCode> code;
  };

  void find_files(const Request& request, const std::string& program);
  void find_mapped(uint32_t pid);
  void open(std::string path, probe::OpenFile file, uint32_t pid);
  void add_vdso();
  void add_opened();
  void add(uint64_t inode, std::unique_ptr<resolve::ProgramCode> code);
  kernel::StackRoom room() const;
  Result<> fill_from(size_t first);
  void add_late(const kernel::AskedFile& asked);
  render::Stack named(const kernel::SentStack& stack);
  render::StackFrame frame_of(uint64_t address);
  void expect_frames(const kernel::SentStack& stack);
  void add_frames(const kernel::SentStack::Place& place, std::vector<render::StackFrame>& frames);

  std::vector<File> files_;  // the number of each is its place, and one more
  std::vector<Opened> opened_;
  std::set<std::pair<uint64_t, uint64_t>> seen_;  // device and inode of what was opened, as stat(2)
  std::unordered_map<uint64_t, size_t> by_inode_;
  std::optional<kernel::StackTables> tables_;
  std::unordered_map<uint64_t, kernel::SentStack> sent_;
  std::unordered_map<uint64_t, std::string> texts_;
  resolve::KernelCode kernel_;
  resolve::SourceReaders readers_;
  resolve::MadeCode made_;
};

}  // namespace plumb::session
