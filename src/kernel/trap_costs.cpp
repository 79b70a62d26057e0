#include "kernel/trap_costs.h"

#include <fcntl.h>

#include <algorithm>
#include <chrono>

#include "kernel/own_code.h"
#include "kernel/probes_program.h"
#include "kernel/user_places.h"

// What the kernel does itself, and what it steps over (src/probe/x86_code.h says which are which).
#if defined(__x86_64__)
asm(".pushsection .text\n"
    ".type plumb_emulated,@function\nplumb_emulated: nop\nret\n"
    ".type plumb_stepped,@function\nplumb_stepped: lea 1(%rdi),%rax\nret\n"
    ".type plumb_returning,@function\nplumb_returning: nop\nret\n"
    ".popsection\n");
#else
asm(".pushsection .text\nplumb_emulated: plumb_stepped: plumb_returning: nop\nret\n.popsection\n");
#endif
extern "C" {
[[gnu::visibility("hidden")]] void plumb_emulated();
[[gnu::visibility("hidden")]] void plumb_stepped();
[[gnu::visibility("hidden")]] void plumb_returning();
}

namespace plumb::kernel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto longest = std::chrono::milliseconds(3);  // of one kind
constexpr int batch = 16;                               // calls between two looks at the clock
constexpr size_t most_batches = 64;

// ns per call: the median of batches, as some of them are interrupted.
double time_calls(void (*function)()) {
  std::vector<double> batches;
  function();  // the page is copied, and the area to step in is made
  const auto until = Clock::now() + longest;
  for (auto began = Clock::now(); began < until && batches.size() < most_batches;) {
    for (int i = 0; i < batch; i++) function();
    const auto ended = Clock::now();
    batches.push_back(std::chrono::duration<double, std::nano>(ended - began).count() / batch);
    began = ended;
  }
  const auto middle = batches.begin() + static_cast<std::ptrdiff_t>(batches.size() / 2);
  if (batches.empty()) return 0;
  std::ranges::nth_element(batches, middle);
  return *middle;
}

Result<UserFile> probe_own(int program, std::string_view section,
                           std::initializer_list<void (*)()> functions) {
  UserFile file{"/proc/self/exe", Fd(open("/proc/self/exe", O_RDONLY | O_CLOEXEC))};
  if (!file.file) return fail_errno("open /proc/self/exe", errno);
  for (const auto function : functions)
    file.places.push_back({own_offset(reinterpret_cast<const void*>(function))});
  TRY(attach_user(program, section, {&file, 1}));
  return file;
}

}  // namespace

Result<TrapCosts> TrapCosts::measure() {
  Aim aim{BPF_PROG_TYPE_KPROBE};
  if (many_at_once()) aim.attach = static_cast<bpf_attach_type>(many_at_once_attachment);
  const Fd program = load_nothing(aim);
  if (!program) return fail_errno("load a program to measure with", errno);
  TrapCosts costs;
  const double bare = time_calls(plumb_emulated);
  costs.probed_.push_back(TRY(probe_own(program.get(), "uprobe", {plumb_emulated, plumb_stepped})));
  costs.probed_.push_back(TRY(probe_own(program.get(), "uretprobe", {plumb_returning})));
  costs.emulated_ = std::max(time_calls(plumb_emulated) - bare, 0.0);
  costs.stepped_ = std::max(time_calls(plumb_stepped) - bare, costs.emulated_);
  costs.returned_ = std::max(time_calls(plumb_returning) - bare - costs.emulated_, 0.0);
  return costs;
}

double TrapCosts::of(const Tracer& tracer) const {
  bool stepped = false, returns = false, has_ends = false;
  for (const UserFile& file : tracer.places().files)
    for (const UserPlace& place : file.places) {
      stepped |= !place.emulated && place.refusal.empty();
      has_ends |= !place.ends.empty();
    }
  for (const Hook& hook : tracer.hooks())
    returns |= hook.chosen && hook.section.starts_with("uretprobe");
  const double at_return = has_ends ? stepped_ : returned_;  // a ret is stepped over
  return (stepped ? stepped_ : emulated_) + (returns ? at_return : 0);
}

}  // namespace plumb::kernel
