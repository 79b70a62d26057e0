// Stacks: those that the programs have sent, with names for their frames.
//
// Functions of Python have theirs from the programs, those of files from the files (code_files.h).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kernel/live.h"
#include "kernel/stack_tables.h"
#include "render/stacks.h"
#include "resolve/kernel_code.h"
#include "resolve/made_code.h"
#include "resolve/program_code.h"
#include "resolve/source_readers.h"
#include "session/code_files.h"
#include "session/file_follower.h"
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
  // From now on, and as long as the result lives, files that are mapped have their tables soon.
  Result<std::unique_ptr<FileFollower>> follow() { return FileFollower::start(files_); }
  // A record that is no event. False: it is one.
  bool take(std::string_view bytes);

  // What is known of a stack as JSON (render/stacks.h); "": none of this number was sent.
  std::string_view text_of(uint64_t id);
  // Events that have none, because it was lost.
  uint64_t lost() const { return files_.tables() ? files_.tables()->lost() : 0; }
  // On standard error, if there are any.
  void tell_lost() const;

 private:
  render::Stack named(const kernel::SentStack& stack);
  render::StackFrame frame_of(uint64_t address);
  render::StackFrame function_of(const kernel::SentStack::Place& place);
  void add_user_frames(const kernel::SentStack& stack, render::Stack& named);
  void expect_frames(const kernel::SentStack& stack);
  void add_frames(const kernel::SentStack::Place& place, std::vector<render::StackFrame>& frames);

  CodeFiles files_;
  bool takes_python_ = false;
  std::unordered_map<uint64_t, kernel::SentStack> sent_;
  std::unordered_map<uint32_t, kernel::SentCode> codes_;  // by number
  std::unordered_map<uint64_t, std::string> texts_;
  resolve::KernelCode kernel_;
  resolve::SourceReaders readers_;
  resolve::MadeCode made_;
};

}  // namespace plumb::session
