#include "machine/process.h"

#include <algorithm>

namespace plumb::host {

dentry* Files::make_root() {
  dentry& root = dentries_.emplace_back();
  return root.d_parent = &root;
}

path Files::make_mount(dentry* root, const path* at) {
  mount& made = mounts_.emplace_back();
  made.mnt.mnt_root = root;
  made.mnt_parent = &made;
  made.mnt_mountpoint = root;
  if (at) {
    auto parent = std::find_if(mounts_.begin(), mounts_.end(),
                               [&](const mount& each) { return &each.mnt == at->mnt; });
    made.mnt_parent = &*parent;
    made.mnt_mountpoint = at->dentry;
  }
  return {&made.mnt, root};
}

path Files::directory(const path& from, std::string_view names) {
  path at = from;
  while (!names.empty()) {
    const size_t end = std::min(names.find('/'), names.size());
    const std::string& name = names_.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
    dentry& next = dentries_.emplace_back();
    next.d_parent = at.dentry;
    next.d_hash.pprev = &hashed_;
    next.d_name.len = static_cast<__u32>(name.size());
    next.d_name.name = reinterpret_cast<const unsigned char*>(name.c_str());
    at.dentry = &next;
  }
  return at;
}

Process::Process(int pid, std::string_view name, Process* parent, uint64_t started) {
  task.pid = task.tgid = pid;
  name.copy(task.comm, sizeof(task.comm) - 1);
  task.start_time = started;
  task.start_boottime = started + 5;  // the machine slept for 5 ns
  task.real_parent = parent ? &parent->task : &task;
  task.group_leader = &task;
  task.mm = &mm;
  task.fs = &fs;
  task.signal = &signal;
  owner.uid.val = 1000;
  owner.gid.val = 100;
  task.cred = task.real_cred = &owner;
  signal.live.counter = 1;
  signal.nr_threads = 1;
  signal.thread_head.next = &signal.thread_head;
  add_to_threads(task);
  number_in({{pid, 0xf0000001}});
}

void Process::add_to_threads(task_struct& thread) {
  thread.thread_node.next = signal.thread_head.next;
  signal.thread_head.next = &thread.thread_node;
}

task_struct& Process::thread(int tid) {
  task_struct& thread = threads_.emplace_back(task);
  thread.pid = tid;
  thread.exit_code = 0;
  thread.se.sum_exec_runtime = 0;
  signal.live.counter++;
  signal.nr_threads++;
  add_to_threads(thread);
  return thread;
}

void Process::number_in(const std::vector<std::pair<int, unsigned>>& namespaces) {
  numbers_ = std::make_unique<char[]>(sizeof(pid) + namespaces.size() * sizeof(upid));
  pid* const numbers = reinterpret_cast<pid*>(numbers_.get());
  numbers->level = static_cast<unsigned>(namespaces.size() - 1);
  upid* each = reinterpret_cast<upid*>(numbers_.get() + offsetof(pid, numbers));
  for (const auto& [number, inode] : namespaces) {
    pid_namespace& space = namespaces_.emplace_back();
    space.ns.inum = inode;
    *each++ = {number, &space};
  }
  task.thread_pid = numbers;
}

}  // namespace plumb::host
