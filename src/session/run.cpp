#include <unistd.h>

#include <fmt/format.h>

#include "base/print.h"
#include "kernel/live.h"
#include "kernel/verifier.h"
#include "session/capabilities.h"
#include "session/chosen.h"
#include "session/command.h"
#include "session/coverage.h"
#include "session/describe.h"
#include "session/governor.h"
#include "session/hit_rate.h"
#include "session/interrupt.h"
#include "session/late_containers.h"
#include "session/late_files.h"
#include "session/looker.h"
#include "session/open_files.h"
#include "session/pipeline.h"
#include "session/prepare.h"
#include "session/processes.h"
#include "session/remarks.h"
#include "session/replay.h"
#include "session/report.h"
#include "session/request.h"
#include "session/sinks.h"
#include "session/stacks.h"

namespace plumb::session {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = render::Interval::Kind;
constexpr auto loss_check = std::chrono::seconds(1);
constexpr auto idle_pause = std::chrono::milliseconds(100);
constexpr auto refresh = std::chrono::seconds(1);

// As records tell it: both are CLOCK_MONOTONIC.
uint64_t ns_of(Clock::time_point time) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

kernel::LiveOptions live_options(const Request& request) {
  kernel::LiveOptions options;
  if (request.ring_bytes) options.ring_bytes = options.lifecycle_bytes = *request.ring_bytes;
  options.fast = request.fast;
  options.perf_buffers = request.perf_buffers;
  options.preferred_surface = request.preferred_surface;
  options.statistics = request.statistics || request.budget_ppm;
  return options;
}

// One run of tracers against this machine.
class Run {
 public:
  Run(const Request& request, Machine& names, kernel::Live& live, Opened& opened,
      disclose::Disclosure& disclosure, Stacks* stacks)
      : request_(request),
        live_(live),
        opened_(opened),
        pipeline_(*opened.sink, disclosure, names, false),
        report_(live, pipeline_, request.ask.sample_every),
        stacks_(stacks),
        looker_(live) {}

  Pipeline& pipeline() { return pipeline_; }
  // Who may have been about to end when the hooks were attached: by the first check that is over.
  void look_again(std::vector<Process> processes) { unsure_ = std::move(processes); }
  void govern(Governor governor) { governor_.emplace(std::move(governor)); }
  void look_for(LateFiles::Wanted wanted, Machine& machine) {
    late_.emplace(std::move(wanted), live_, machine);
  }
  void look_for(std::vector<std::string> traced, LateContainers::Watch watch, Machine& machine) {
    containers_.emplace(request_.who.containers, std::move(traced), std::move(watch), live_,
                        machine);
  }

  Result<int> go(Command* command) {
    began_ = interval_begin_ = Clock::now();
    const auto between = report_pause();
    next_report_ = between.count() ? began_ + between : Clock::time_point::max();
    if (stacks_) follower_ = TRY(stacks_->follow());
    if (command) TRY(command->start());
    Result<> written;
    while (written && !ended(command)) {
      live_.wait(pause());
      containers_->add_new();
      late_->add_new();
      drain(false);
      if (governor_) governor_->check(pipeline_);
      written = looker_.look();
      if (written) written = periodic();
    }
    live_.detach();
    tell_rest();
    show_groups(request_.every ? Kind::repeated : Kind::whole);
    report_.tell_losses();
    containers_->tell_missed();
    if (stacks_) stacks_->tell_lost();
    if (written) written = flush();
    if (opened_.finish) {
      auto finished = opened_.finish(report_.statistics_line());
      if (written) written = std::move(finished);
    }
    const int status = close(command, written);
    if (!written) return Fail{std::move(written.error())};
    return status;
  }

 private:
  bool ended(Command* command) const {
    return is_interrupted() || opened_.closed() || pipeline_.done() || looker_.is_done() ||
           (command && command->status().has_value()) || targets_gone_ ||
           (governor_ && governor_->has_given_up()) ||
           (request_.time && Clock::now() - began_ >= *request_.time);
  }

  std::chrono::milliseconds pause() const {
    auto until = std::min(
        {next_report_, Clock::now() + idle_pause, containers_->next_look(), looker_.next_look()});
    if (request_.time)
      until = std::min(until, began_ + std::chrono::duration_cast<Clock::duration>(*request_.time));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    return std::max(left, std::chrono::milliseconds(0));
  }

  size_t drain(bool everything) {
    return live_.drain(everything, [&](uint16_t tracer, std::string_view bytes) {
      if (!stacks_ || !stacks_->take(bytes)) pipeline_.record(tracer, bytes);
    });
  }

  // What still waits when nothing is seen any more, piece by piece, as the rings have only so much
  // room. A tracer that never comes to an end does not keep the run from its own.
  void tell_rest() {
    constexpr int most_pieces = 1 << 16;
    bool more = true;
    for (int i = 0; more && i < most_pieces; i++) {
      const auto rest = live_.tell_rest();
      if (!rest) report_.leave_untold(rest.error().what);
      more = rest && *rest;
      while (drain(true)) continue;
    }
  }

  // So often are groups shown before the end; 0: never.
  Clock::duration report_pause() const {
    if (request_.every) return std::chrono::duration_cast<Clock::duration>(*request_.every);
    return opened_.refreshes && pipeline_.only_groups() ? Clock::duration(refresh)
                                                        : Clock::duration(0);
  }

  void show_groups(Kind kind) {
    live_.turn_epoch();
    for (size_t i = 0; i < live_.tracers().size(); i++)
      for (const query::Row& row : live_.take_groups(i)) pipeline_.group(i, row);
    const auto now = Clock::now();
    pipeline_.show_groups({ns_of(interval_begin_), ns_of(now), kind});
    if (kind != Kind::so_far) interval_begin_ = now;
  }

  Result<> periodic() {
    const auto now = Clock::now();
    if (now >= next_report_) {
      show_groups(request_.every ? Kind::repeated : Kind::so_far);
      next_report_ += report_pause();
    }
    if (now - last_check_ >= loss_check) {
      report_.tell_losses();
      late_->tidy();
      containers_->tidy();
      if (now - began_ >= loss_check && !unsure_.empty()) {
        TRY(forget_ended(live_, unsure_));
        unsure_.clear();
      }
      targets_gone_ =
          !request_.who.pids.empty() && request_.command.empty() && !live_.has_targets();
      last_check_ = now;
    }
    return flush();
  }

  // A reader that went away is an end, not a failure.
  Result<> flush() {
    auto flushed = pipeline_.flush();
    if (!flushed && !opened_.closed()) return flushed;
    return {};
  }

  // What happened, for people; the exit status.
  int close(Command* command, const Result<>& written) {
    const std::string unwritten = written ? ""
                                  : opened_.unwritten
                                      ? fmt::format("{} events not written", opened_.unwritten())
                                      : "what could not be written";
    if (!request_.quiet || !written)
      tell(report_.closing_line(Clock::now() - began_, unwritten, look_at()) + "\n");
    if (request_.statistics) tell(report_.statistics_line() + "\n");
    const int status = command ? command->status().value_or(0) : 0;
    if (command && !command->status())
      tell(fmt::format("plumb: {} (process {}) still runs, and is not traced any more\n",
                       request_.command[0], command->pid()));
    const bool lost = report_.lost_any() || (stacks_ && stacks_->lost() > 0);
    if (request_.strict && status == 0 && lost) return static_cast<int>(Exit::lost);
    return status;
  }

  uint32_t look_at() const { return governor_ ? governor_->sparsest() : 1; }

  const Request& request_;
  kernel::Live& live_;
  Opened& opened_;
  Pipeline pipeline_;
  Report report_;
  Stacks* stacks_;  // null: none are taken
  Looker looker_;
  std::unique_ptr<FileFollower> follower_;
  std::vector<Process> unsure_;
  std::optional<LateFiles> late_;
  std::optional<LateContainers> containers_;
  std::optional<Governor> governor_;
  bool targets_gone_ = false;  // every process of --pid has ended, and those it started
  Clock::time_point began_{}, interval_begin_{}, next_report_{}, last_check_{};
};

Result<Opened> open_results(const Request& request, const Prepared& prepared) {
  if (request.record) return open_recording(request, prepared);
  return open_sink(request, schema::Clock::now());
}

// Once everything is attached, so that its own lifetime does not begin with plumb's start.
Result<Command> prepare_command(kernel::Live& live, const std::string& program,
                                const std::vector<std::string>& words) {
  auto command = TRY(Command::prepare(program, words));
  for (const Process& process : TRY(identify({static_cast<uint32_t>(command.pid())})))
    TRY(live.target(process.host));
  return command;
}

Result<int> trace(const Request& request) {
  kernel::capture_libbpf_messages(request.verbose);
  Machine machine;
  auto mappings = LateFiles::watch(request);
  auto comers = LateContainers::watch(request, machine);
  Prepared prepared = TRY(prepare(request, machine));
  say_unknown_names(prepared, machine);
  kernel::LiveOptions options = live_options(request);
  options.targeting = TRY(find_targets(request, machine, comers && *comers));
  std::vector<const query::Plan*> plans;
  for (const auto& plan : prepared.plans) plans.push_back(plan.get());
  const auto stacks = TRY(Stacks::prepare(request, prepared, options));
  if (request.plan_only) {
    auto live = TRY(kernel::Live::configure(std::move(prepared.tracers), plans, options));
    TRY(print(describe(*live, plans, options, request, machine)));
    return 0;
  }
  TRY(check_memory(options));
  const std::vector<Process> chosen = TRY(translate_pids(options.targeting));
  Opened opened = TRY(open_results(request, prepared));
  install_signals();
  std::string program;
  if (!request.command.empty()) program = TRY(Command::find(request.command[0]));
  raise_open_files();
  auto live = TRY(kernel::Live::load(std::move(prepared.tracers), plans, options));
  if (stacks) TRY(stacks->fill(*live));
  machine.take(stacks.get());
  if (opened.describe) opened.describe(live->tracers());
  disclose::Disclosure disclosure(request.privacy, disclose::random_key());
  Run run(request, machine, *live, opened, disclosure, stacks.get());
  for (size_t i = 0; i < plans.size(); i++)
    run.pipeline().add(live->tracers()[i].schema(), *plans[i]);
  run.pipeline().stop_after(request.count);
  run.pipeline().begin();
  TRY(live->attach());
  if (request.coverage) return show_coverage(prepared.probes, request, *live, machine);
  TRY(arm(request, prepared.probes, *live));
  if (request.budget_ppm)
    run.govern(TRY(Governor::of(request, prepared.probes, *live, run.pipeline())));
  run.look_for({std::move(prepared.probes), TRY(search_of(request)), std::move(mappings),
                options.targeting.by_pid},
               machine);
  run.look_for(options.targeting.cgroups, std::move(comers), machine);
  run.look_again(TRY(settle_targets(*live, request, chosen)));
  TRY(target_members(*live, options.targeting));
  std::optional<Command> command;
  if (!program.empty()) command = TRY(prepare_command(*live, program, request.command));
  drop_capabilities(has_probes_in_files(request) || stacks);
  say_ready(*live, request.preferred_surface);
  return run.go(command ? &*command : nullptr);
}

}  // namespace

Result<int> run(const Request& request) {
  return request.recording.empty() ? trace(request) : replay(request);
}

}  // namespace plumb::session
