// User places: where in which files programs attach to user code, and how they do.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace plumb::kernel {

struct UserPlace {
  uint64_t offset = 0;              // in the file
  uint64_t semaphore = 0;           // the offset of a counter that the kernel raises; 0: none
  uint64_t cookie = 0;              // what the program is told
  std::vector<uint64_t> ends = {};  // where its returns are probed; none: the kernel catches them
  std::string function;             // for people, as what follows
  std::string reason;               // why there; may be ""
  std::string refusal;              // why the kernel does not take it; "" where it does
  bool emulated = false;            // the instruction there; false: it is single-stepped
};

struct UserFile {
  std::string path;
  Fd file;
  std::vector<UserPlace> places = {};
  std::vector<Fd> links = {};  // of programs that are attached
};

struct UserPlaces {
  std::vector<UserFile> files;
};

// Sections "uprobe" and "uretprobe", and those of programs that may sleep, "uprobe.s".
bool is_of_user(std::string_view section);

// Can the kernel attach a program to many places of a file with one link (uprobe_multi, 6.6)?
// Programs are loaded for that then, and for nothing else.
bool many_at_once();
constexpr int many_at_once_attachment = 48;  // BPF_TRACE_UPROBE_MULTI, linux/bpf.h of 6.6

// A uprobe at this offset of this process's own program, for it alone, with nothing behind it.
// None: the kernel refuses, and errno says why.
Fd probe_self(uint64_t offset);

// Attaches the program to these files, whose links keep it there. A place that the kernel does not
// take is told on standard error, and the others are attached all the same; none at all is an
// error.
Result<> attach_user(int program, std::string_view section, std::span<UserFile> files);

}  // namespace plumb::kernel
