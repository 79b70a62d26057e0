#include "kernel/live.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/resident.h"
#include "kernel/at_end.h"
#include "kernel/features.h"
#include "kernel/kernel_types.h"
#include "kernel/map_sizes.h"
#include "kernel/packet_places.h"
#include "kernel/perf_source.h"
#include "kernel/ring.h"
#include "kernel/rodata.h"
#include "kernel/verifier.h"

namespace plumb::kernel {
namespace {

constexpr auto tick = std::chrono::milliseconds(10);
// After so long without a record the reader stops ticking and lets the next one wake it.
constexpr auto quiet_after = std::chrono::milliseconds(50);
// So many records at one look mean that more have come meanwhile: no sleep before the next. The
// threshold that wakes the reader lies behind already, and nothing would cross it.
constexpr size_t flood = 2048;
// The reader is woken before its next tick when this part of a ring has filled.
constexpr uint32_t wake_part = 16;

// The same as a number of events on one CPU, where all have one size: a power of two, less one. The
// other CPUs may be as near to it, so all of them together fill at most four such parts.
uint32_t wake_mask(const schema::Schema& schema, uint32_t wake_bytes) {
  const auto cpus = std::max<uint32_t>(static_cast<uint32_t>(libbpf_num_possible_cpus()), 2);
  const uint32_t record = schema.header.size + schema.event.size + 8;  // BPF_RINGBUF_HDR_SZ
  return std::bit_floor(std::max(wake_bytes / record * 4 / cpus, 2U)) - 1;
}

Result<> share_maps(Tracer& tracer, const Tracer& engine) {
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, tracer.object()) {
    const int fd = is_shared(tracer, map) ? engine.map(bpf_map__name(map)) : -1;
    if (fd >= 0 && bpf_map__reuse_fd(map, fd))
      return fail_errno(fmt::format("share map {} with {}", bpf_map__name(map), tracer.name()),
                        errno, hint_of(errno));
  }
  return {};
}

// The transport this kernel has: rings, or perf buffers. The other's maps are not created.
Result<> choose_transport(Tracer& tracer, bool rings) {
  TRY(tracer.set("plan.to_perf", !rings));
  for (const char* name : {"events", "lifecycle"})
    bpf_map__set_autocreate(bpf_object__find_map_by_name(tracer.object(), name), rings);
  bpf_map__set_autocreate(bpf_object__find_map_by_name(tracer.object(), "perf_events"), !rings);
  return {};
}

// Does none of its programs ever run on a CPU in the middle of another one of them? The kernel lets
// none in upon itself; those of system calls are not called by interrupts, and where tracepoints
// are not preempted no other task comes between.
bool programs_are_alone(Tracer& tracer) {
  if (!no_program_interrupts_itself()) return false;
  // those on user code are kept from nothing, and can be preempted
  if (std::ranges::any_of(tracer.hooks(), [](const Hook& h) { return is_of_user(h.section); }))
    return false;
  const auto runs = [](const Hook& hook) { return hook.chosen && !hook.at_end; };
  const auto chosen = std::ranges::count_if(tracer.hooks(), runs);
  const bool are_of_calls = std::ranges::all_of(tracer.hooks(), [&](const Hook& hook) {
    return !runs(hook) || hook.section.ends_with("/sys_enter") ||
           hook.section.ends_with("/sys_exit");
  });
  return chosen == 1 || (are_of_calls && !tracepoints_are_preemptible());
}

}  // namespace

Result<std::unique_ptr<Live>> Live::configure(std::vector<Tracer> tracers,
                                              std::vector<const query::Plan*> plans,
                                              const LiveOptions& options) {
  if (auto btf = kernel_btf(); !btf) return fail("load: " + btf.why_not, btf.remedy);
  std::unique_ptr<Live> live(new Live);
  live->tracers_ = std::move(tracers);
  live->plans_ = std::move(plans);
  live->fast_ = options.fast;
  live->follow_ = options.targeting.by_pid;
  const Availability ring = ring_buffer();
  live->rings_ = !options.perf_buffers && (ring.yes || is_for_lack_of_privilege(ring));
  TRY(live->configure_engine(options));
  for (size_t i = 0; i < live->tracers_.size(); i++) TRY(live->configure_tracer(i, options));
  return live;
}

Result<std::unique_ptr<Live>> Live::load(std::vector<Tracer> tracers,
                                         std::vector<const query::Plan*> plans,
                                         const LiveOptions& options) {
  auto live = TRY(configure(std::move(tracers), std::move(plans), options));
  std::vector<const btf*> objects = {bpf_object__btf(live->engine_->object())};
  for (const Tracer& tracer : live->tracers_) objects.push_back(bpf_object__btf(tracer.object()));
  TRY(cover(objects));
  TRY(live->load_engine(options));
  const std::vector<uint64_t> places =
      live->current_ ? find_current(*live->engine_) : std::vector<uint64_t>{};
  for (Tracer& tracer : live->tracers_) {
    TRY(use_current(tracer, live->current_, places));
    TRY(share_maps(tracer, *live->engine_));
    TRY(tracer.load());
  }
  for (uint32_t pid : options.targeting.pids) TRY(live->target(pid));
  live->epoll_ = Fd(epoll_create1(EPOLL_CLOEXEC));
  const schema::Header& header = live->tracers_.front().schema().header;
  live->tracer_offset_ = header.tracer;
  live->ordered_ =
      std::make_unique<Ordered>(TRY(live->open_sources(options.ring_bytes)), header.time);
  TRY(live->open_reader());
  forget_kernel_types();
  malloc_trim(0);
  if (options.statistics) live->statistics_ = Fd(bpf_enable_stats(BPF_STATS_RUN_TIME));
  return live;
}

// A ring that no tracer of this run uses is as small as a ring can be.
void Live::size_rings(const LiveOptions& options) {
  bool uses_events = false, uses_lifecycle = false;
  for (const Tracer& tracer : tracers_)
    (tracer.schema().event.lifecycle ? uses_lifecycle : uses_events) = true;
  const auto page = static_cast<uint32_t>(sysconf(_SC_PAGESIZE));
  auto size = [&](const char* name, uint32_t bytes) {
    bpf_map__set_max_entries(bpf_object__find_map_by_name(engine_->object(), name), bytes);
  };
  size("events", uses_events ? options.ring_bytes : page);
  size("lifecycle", uses_lifecycle ? options.lifecycle_bytes : page);
}

Result<> Live::configure_engine(const LiveOptions& options) {
  engine_ = std::make_unique<Tracer>(TRY(Tracer::open(embedded_own("engine"))));
  TRY(choose_hooks(*engine_, options.preferred_surface));
  for (Hook& hook : engine_->hooks())
    hook.chosen &=
        options.targeting.by_pid && (options.targeting.follow || hook.purpose != "children");
  TRY(configure_current());
  size_rings(options);
  TRY(configure_engine_stacks(options.stacks));
  skip_group_maps(*engine_);
  TRY(choose_transport(*engine_, rings_));
  return check_targeting(*engine_, options.targeting);
}

// Its maps are those of all tracers that take stacks.
Result<> Live::configure_engine_stacks(const StackOptions& options) {
  bool any = false;
  for (size_t i = 0; i < tracers_.size(); i++)
    any |= takes_stacks(tracers_[i].schema().event, *plans_[i]);
  return configure_stacks(*engine_, any ? options : StackOptions());
}

// Programs need not ask the kernel for the current task where each CPU's is known.
Result<> Live::configure_current() {
  current_ = current_numbers();
  if (!current_) return {};
  TRY(engine_->set("per_cpu_offsets.runqueues", current_.runqueues));
  TRY(engine_->set("per_cpu_offsets.current_task", current_.current_task));
  bpf_map__set_max_entries(bpf_object__find_map_by_name(engine_->object(), "found_current"),
                           static_cast<uint32_t>(libbpf_num_possible_cpus()));
  for (Hook& hook : engine_->hooks()) hook.chosen |= hook.purpose == "current tasks";
  return {};
}

Result<> Live::load_engine(const LiveOptions& options) {
  TRY(engine_->load());
  const std::vector<std::string>& cgroups = options.targeting.cgroups;
  for (uint32_t i = 0; i < cgroups.size(); i++) TRY(target_cgroup(i, cgroups[i]));
  return {};
}

Result<> Live::configure_tracer(size_t i, const LiveOptions& options) {
  Tracer& tracer = tracers_[i];
  TRY(apply_plan(tracer, *plans_[i], static_cast<uint16_t>(i)));
  TRY(choose_hooks(tracer, options.preferred_surface));
  TRY(apply_served(tracer));
  TRY(apply_targeting(tracer, options.targeting));
  TRY(tracer.set("plan.alone", programs_are_alone(tracer)));
  const uint32_t ring =
      tracer.schema().event.lifecycle ? options.lifecycle_bytes : options.ring_bytes;
  TRY(tracer.set("plan.wake_bytes", ring / wake_part));
  TRY(tracer.set("plan.wake_mask", wake_mask(tracer.schema(), ring / wake_part)));
  TRY(tracer.set("plan.busy_reader", options.fast));
  const bool takes = takes_stacks(tracer.schema().event, *plans_[i]);
  TRY(configure_stacks(tracer, takes ? options.stacks : StackOptions()));
  TRY(use_packet_places(tracer));
  return choose_transport(tracer, rings_);
}

Result<std::vector<std::unique_ptr<Source>>> Live::open_sources(uint32_t perf_bytes) {
  std::vector<std::unique_ptr<Source>> sources;
  if (!rings_) {
    sources.push_back(TRY(PerfSource::open(engine_->map("perf_events"), perf_bytes)));
    return sources;
  }
  for (const char* name : {"lifecycle", "events"}) {
    bpf_map* map = bpf_object__find_map_by_name(engine_->object(), name);
    sources.push_back(
        std::make_unique<Ring>(TRY(Ring::open(bpf_map__fd(map), bpf_map__max_entries(map)))));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bpf_map__fd(map), &event);
  }
  return sources;
}

Result<> Live::open_reader() {
  const btf* types = bpf_object__btf(engine_->object());
  reader_page_ =
      TRY(Mapping::of("the reader's page", engine_->map("readers"),
                      static_cast<size_t>(sysconf(_SC_PAGESIZE)), PROT_READ | PROT_WRITE));
  auto member = [&](uint32_t offset) { return reader_page_.at<volatile uint32_t>(offset); };
  idle_ = member(TRY(place_in(types, "reader", "idle")).offset);
  epoch_ = member(TRY(place_in(types, "reader", "epoch")).offset);
  return {};
}

Result<> Live::attach() {
  if (follow_) {
    TRY(engine_->attach("children"));
    TRY(engine_->attach("last threads"));
  }
  for (Tracer& tracer : tracers_) TRY(tracer.attach());
  if (follow_) TRY(engine_->attach("ends"));
  give_back_files();
  return {};
}

void Live::detach() {
  for (Tracer& tracer : tracers_) tracer.detach();
  engine_->detach();
  // one may be about to remember what is told at the end
  if (std::ranges::any_of(tracers_, has_at_end)) await_programs();
}

Result<bool> Live::tell_rest() {
  bool more = false;
  for (const Tracer& tracer : tracers_) more |= TRY(run_at_end(tracer));
  return more;
}

void Live::wait(std::chrono::milliseconds most) {
  if (fast_ || last_count_ >= flood) return;
  const auto now = std::chrono::steady_clock::now();
  const bool quiet = now - last_record_ > quiet_after && !ordered_->waiting();
  *idle_ = quiet;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  if (quiet && ordered_->waiting()) return;
  epoll_event event{};
  const auto pause = quiet ? most : std::min(most, std::chrono::milliseconds(tick));
  epoll_wait(epoll_.get(), &event, 1, static_cast<int>(pause.count()));
  *idle_ = 0;
}

size_t Live::drain(bool everything, const std::function<void(uint16_t, std::string_view)>& each) {
  const size_t count = ordered_->drain(everything || fast_, [&](std::string_view bytes) {
    uint16_t tracer = 0;
    if (bytes.size() < tracer_offset_ + sizeof(tracer)) return;
    std::memcpy(&tracer, bytes.data() + tracer_offset_, sizeof(tracer));
    each(tracer, bytes);
  });
  last_count_ = count;
  if (count) last_record_ = std::chrono::steady_clock::now();
  return count;
}

void Live::turn_epoch() {
  read_epoch_ = *epoch_;
  *epoch_ = 1 - read_epoch_;
  await_programs();  // those that saw the old epoch
}

std::vector<query::Row> Live::take_groups(size_t i) {
  if (!plans_[i]->grouping) return {};
  return read_groups(tracers_[i], *plans_[i], read_epoch_ != 0);
}

}  // namespace plumb::kernel
