// CodeFiles: the files that processes run code from, opened when they are first met. They stay
// open: a stack has its names when the process is gone.
//
// Files that were mapped before the run have their tables before the first hook is attached. For
// others a thread watches what is mapped, mostly before anything runs in it; and the programs tell
// when they meet one that has no table yet. It is a thread because a stack is lacking until its
// table is there, and who reads events may be busy with naming those.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "kernel/live.h"
#include "kernel/mapping_watch.h"
#include "kernel/python_tables.h"
#include "kernel/stack_tables.h"
#include "probe/open_file.h"
#include "python/interpreter.h"
#include "resolve/program_code.h"
#include "session/request.h"

namespace plumb::session {

class CodeFiles {
 public:
  // What the processes that will be traced have mapped, and what `program` ("": none) is likely to.
  void find(const Request& request, const std::string& program);
  kernel::StackRoom room() const;
  // Once the programs are loaded, and before anything is attached.
  Result<> fill(const kernel::Live& live);
  void ask(const kernel::AskedFile& asked);
  // What the thread does (file_follower.h), until `ends` is set and wake() called.
  Result<> begin_following();
  void follow(const std::atomic<bool>& ends);
  void wake() const;

  // What the programs tell by; null before fill().
  const kernel::StackTables* tables() const { return tables_ ? &*tables_ : nullptr; }
  const kernel::PythonTables* pythons() const { return pythons_ ? &*pythons_ : nullptr; }
  // Of the number by which programs name the file; null: there is none. To be used by one thread.
  resolve::ProgramCode* code(uint32_t number) const;
  // Where the interpreter's loop is at that offset of the file; else null.
  const python::Interpreter* interpreter_at(uint32_t number, uint64_t offset) const;
  // The minor version of kernel::SentCode's interpreter; 0: there is none.
  int minor_of(uint32_t interpreter) const;

 private:
  struct File {
    uint64_t inode = 0;  // where the kernel has it
    std::unique_ptr<resolve::ProgramCode> code;
    std::optional<unwind::Table> table;  // until the kernel has it; none: there can be none
    std::optional<python::Interpreter> interpreter;
  };
  // One that was opened, of which is not known yet whether it is new.
  struct Opened {
    int descriptor = -1;  // of what `code` reads
    std::unique_ptr<resolve::ProgramCode> code;
  };

  // One that is, and has no table yet.
  struct Known {
    uint64_t inode = 0;
    std::unique_ptr<resolve::ProgramCode> code;
  };

  void find_mapped(uint32_t pid);
  void open(std::string path, probe::OpenFile file, uint32_t pid);
  void add_vdso();
  void choose_new();
  bool add_one();
  void add(uint64_t inode, std::unique_ptr<resolve::ProgramCode> code);
  Result<> fill(File& file, uint32_t number);
  void look_at_mapped();
  void look_at_asked();
  const File* file(uint32_t number) const;

  mutable std::mutex mutex_;  // of what the thread adds to and others read: files_, minors_, asked_
  std::deque<File> files_;    // the number of each is its place, and one more
  std::vector<int> minors_;   // of interpreters that the kernel has
  std::vector<kernel::AskedFile> asked_;
  std::vector<Opened> opened_;
  std::set<std::pair<uint64_t, uint64_t>> seen_;  // device and inode of what was opened, as stat(2)
  std::multimap<uint64_t, Known> new_;            // by their sizes
  std::unordered_set<uint64_t> inodes_;           // those of files_ and new_
  std::optional<kernel::MappingWatch> watch_;
  std::unordered_set<std::string> mapped_;  // NewMapping::file of what was looked at
  std::optional<kernel::StackTables> tables_;
  std::optional<kernel::PythonTables> pythons_;
  Fd wake_;  // an eventfd: something was asked for, or it ends
};

}  // namespace plumb::session
