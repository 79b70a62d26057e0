#include "machine/hits.h"

#include <cerrno>

namespace plumb::host {
namespace {

template <class T>
std::vector<uint64_t> words_of(const T& value) {
  static_assert(sizeof(T) % sizeof(uint64_t) == 0);
  std::vector<uint64_t> words(sizeof(T) / sizeof(uint64_t));
  std::memcpy(words.data(), &value, sizeof(T));
  return words;
}

std::string repeated(const std::string& text, uint64_t times) {
  std::string all;
  while (times--) all += text;
  return all;
}

}  // namespace

Hits::Hits(Machine& machine, Random& random) : machine_(machine), random_(random) {
  make_files();
  make_args();
  if (random_.one_in(3)) task_.owner.uid.val = 0;
  if (random_.one_in(3)) task_.number_in({{200, 0xf0000001}, {1, 0xf0000002}});
  if (random_.one_in(4)) std::strcpy(task_.task.comm, "ls");
  for (uint64_t more = random_.below(3); more > 0; more--)
    task_.thread(static_cast<int>(300 + more)).se.sum_exec_runtime = random_.below(1000);
  task_.task.exit_code = static_cast<int>(random_.below(1 << 16));
  task_.signal.live.counter = random_.one_in(3);
  task_.signal.maxrss = random_.below(1000);
  task_.task.se.sum_exec_runtime = random_.below(1000);
  is_thread_ = random_.one_in(4);
  siginfo_.si_code = static_cast<int>(random_.of<int64_t>({0, -1, -6, 128, 5, -60}));
  sock_.sk_protocol = random_.one_in(4) ? 17 : 6;
  sock_.__sk_common.skc_family = random_.one_in(2) ? 2 : 10;
  sock_.__sk_common.skc_num = 4242;
  sock_.sk_err = static_cast<int>(random_.of<int64_t>({0, ECONNREFUSED}));
  result_ = random_.of<int64_t>({0, -ENOENT, -EACCES, -E2BIG});
  cpu_ = static_cast<uint32_t>(random_.below(2));
  now_ = machine.now + random_.below(1000);
}

void Hits::make_files() {
  const path root = files_.root(), etc = files_.directory(root, "etc");
  const path mounted = files_.mount_at(etc);
  const std::vector<path> directories = {
      root, etc, mounted, files_.directory(mounted, "a/b"),
      files_.directory(root, repeated("deep/", random_.below(80)) + "end")};
  for (Process* each : {&shell_, &task_, &child_}) each->fs.root = root;
  if (random_.one_in(4)) task_.fs.root = mounted;
  task_.fs.pwd = random_.of(directories);
  filename_ =
      random_.of<std::string>({"/bin/ls", "/usr/bin/python3", "x", "", repeated("/d", 2050)});
  binprm_.filename = filename_.c_str();
}

uint64_t Hits::text(const std::string& text) { return machine_.memory.user(text + '\0'); }

void Hits::make_args() {
  const std::vector<std::string> words = {
      "", "a", "--all", "/etc/passwd", "x=yyy", "0123456789", repeated("long ", 300)};
  std::vector<uint64_t> pointers;
  std::string stack;
  for (uint64_t count = random_.below(random_.one_in(8) ? 80 : 5); count > 0; count--) {
    stack += random_.of(words) + '\0';
    pointers.push_back(text(random_.of(words)));
  }
  pointers.push_back(0);
  task_.mm.arg_start = machine_.memory.user(stack);
  task_.mm.arg_end = task_.mm.arg_start + stack.size();
  registers_.orig_ax = random_.one_in(3) ? 322 : 59;
  const uint64_t path = text(random_.of(words)), vector = machine_.memory.user(pointers);
  registers_.di = path;
  registers_.si = registers_.orig_ax == 322 ? path : vector;
  registers_.dx = vector;
}

void Hits::enter() {
  machine_.current = &task_.task;
  machine_.registers = &registers_;
  machine_.cpu = cpu_;
  machine_.now = now_;
}

std::vector<uint64_t> Hits::context(const std::string& section) {
  const uint64_t task = word(&task_.task), program = word(&binprm_);
  const std::string kind = section.substr(0, section.find('/'));
  pt_regs probe = registers_;
  probe.di = program;
  probe.ax = static_cast<unsigned long>(result_);
  if (section == "tp_btf/sched_process_exec") return {task, 1, program};
  if (section == "fentry/finalize_exec") return {program};
  if (section == "tp_btf/sched_process_exit") return {task};
  if (section == "tp_btf/sched_process_fork") return {task, is_thread_ ? task : word(&child_.task)};
  if (section == "kprobe/wake_up_new_task" || section == "kprobe/exit_files") {
    probe.di = section == "kprobe/exit_files" ? task : word(&child_.task);
    return words_of(probe);
  }
  if (section == "kprobe/finalize_exec" || kind == "kretprobe") return words_of(probe);
  if (section.starts_with("fexit/__x64_sys_exec"))
    return {word(&registers_), static_cast<uint64_t>(result_)};
  if (section.starts_with("tracepoint/syscalls/sys_exit_"))
    return words_of(trace_event_raw_sys_exit{.ret = result_});
  if (section == "tp_btf/signal_generate")
    return {random_.below(65), random_.of<uint64_t>({0, 1, word(&siginfo_)}), word(&child_.task),
            random_.below(2), random_.below(5)};
  if (section == "tp_btf/inet_sock_set_state") return {word(&sock_), 0, socket_states_[state_++ % 4]};
  if (section == "raw_tp/sys_enter") return {word(&registers_), registers_.orig_ax};
  if (section == "raw_tp/sys_exit") return {word(&registers_), static_cast<uint64_t>(result_)};
  return {};
}

}  // namespace plumb::host
