// Process and Files: the kernel's structs of a process, its threads and its directories, of the
// fields that bpf/kernel.bpf.h declares.
#pragma once
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel.bpf.h"
#include "kernel_io.bpf.h"

namespace plumb::host {

// A pointer as a program's context holds it.
inline uint64_t word(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

// Trees of directories and what is mounted where.
class Files {
 public:
  Files() : root_(detached()) {}
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  const path& root() const { return root_; }
  // "usr/bin" below `from`.
  path directory(const path& from, std::string_view names);
  // The root of another file system that is mounted there.
  path mount_at(const path& at) { return make_mount(make_root(), &at); }
  // The directory `what`, seen there too.
  path bind_at(const path& at, const path& what) { return make_mount(what.dentry, &at); }
  // The root of one that is mounted nowhere.
  path detached() { return make_mount(make_root(), nullptr); }

 private:
  dentry* make_root();
  path make_mount(dentry* root, const path* at);

  hlist_bl_node* hashed_ = nullptr;  // what has a name is in a hash table
  std::deque<dentry> dentries_;
  std::deque<mount> mounts_;
  std::deque<std::string> names_;
  path root_;
};

struct Process {
  // Of user 1000 and group 100, begun at `started` ns, with one thread.
  Process(int pid, std::string_view name, Process* parent = nullptr, uint64_t started = 1'000'000);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  task_struct& thread(int tid);
  // Its number in each pid namespace, from the outermost to its own, with their inodes.
  void number_in(const std::vector<std::pair<int, unsigned>>& namespaces);

  task_struct task{};  // of its first thread
  mm_struct mm{};
  fs_struct fs{};
  signal_struct signal{};
  cred owner{};

 private:
  void add_to_threads(task_struct& thread);

  std::deque<task_struct> threads_;
  std::deque<pid_namespace> namespaces_;
  std::unique_ptr<char[]> numbers_;
};

}  // namespace plumb::host
