// MadeCode: names of code that processes make at run time, from the files in which they tell it:
// perf-PID.map in /tmp, and jit-PID.dump in /tmp or among what they have mapped.
//
// They are opened within the process's own root, through no link, and believed if they belong to
// who the process runs as, or to root. They stay open, and so does the folder /tmp: what is written
// when a program ends is read as well. What is read when is decided by who asks: a name that is not
// known may have come since.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "probe/code_map.h"
#include "probe/open_file.h"
#include "probe/source_frames.h"

namespace plumb::resolve {

class MadeCode {
 public:
  // A process that runs code of no file: while it lives.
  void meet(uint32_t pid);
  // Has one that was met a file that tells names?
  bool tells(uint32_t pid) const;

  // Of the code at this address of a process that was met; the function is "" where nothing is
  // told.
  probe::SourceFrame frame_at(uint32_t pid, uint64_t address);

 private:
  using Clock = std::chrono::steady_clock;
  struct Told {
    probe::OpenFile open;  // without a file: it was not there yet
    uint64_t read = 0;     // bytes of it
    std::string last;      // of those the last: whether they are still the same
  };
  struct Process {
    uint32_t pid = 0;
    Fd proc;  // the folder in /proc, in which is nothing any more when it has ended
    Fd tmp;
    uint32_t user = 0;
    uint64_t began = 0;   // seconds since 1970
    std::string own_pid;  // as it sees it
    probe::CodeMap map;
    Told perf_map, jitdump;
    Clock::time_point next_look;
  };

  static Process begin(uint32_t pid);
  static bool is_gone(const Process& process);
  static void look(Process& process);
  static bool open(Process& process, const std::string& name, Told& told);
  void read_more(Process& process) const;
  static void read_perf_map(Process& process, uint64_t size);
  size_t bytes() const;

  std::unordered_map<uint32_t, Process> processes_;
};

}  // namespace plumb::resolve
