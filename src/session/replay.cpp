#include "session/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/print.h"
#include "base/text.h"
#include "record/reader.h"
#include "resolve/state_file.h"
#include "session/pipeline.h"
#include "session/recorded_plans.h"
#include "session/sinks.h"

namespace plumb::session {
namespace {

// What the run that recorded said of itself: nothing of that can be in the file.
void say_unseen(const record::TracerPart& part) {
  for (const std::string& line : split(part.about, '\n'))
    if (!line.empty()) tell("plumb: when this was recorded: " + resolve::printable(line) + "\n");
}

class Replay {
 public:
  Replay(const Request& request, record::Reader& reader, Opened& opened)
      : request_(request),
        reader_(reader),
        opened_(opened),
        disclosure_(request.privacy, disclose::random_key()),
        pipeline_(*opened.sink, disclosure_, reader.names(), true),
        recorded_(request) {
    pipeline_.stop_after(request.count);
    if (request.every) every_ = static_cast<uint64_t>(request.every->count());
  }

  Result<int> go() {
    while (!pipeline_.done() && !opened_.closed() && !over()) {
      auto item = reader_.next();
      if (!item) break;
      TRY(std::visit([this](const auto& each) { return take(each); }, *item));
    }
    TRY(begin());
    pipeline_.show_groups({interval_begin_, std::max(interval_begin_, last_), kind()});
    auto flushed = pipeline_.flush();
    if (!flushed && !opened_.closed()) return Fail{std::move(flushed.error())};
    return verdict();
  }

 private:
  Result<> take(const record::TracerItem& item) {
    if (!request_.quiet) say_unseen(*item.part);
    auto planned = recorded_.add(item);
    if (begun_) TRY(recorded_.check(true));
    if (!planned) return {};
    plans_.push_back(std::move(planned->plan));
    targets_.push_back(std::move(planned->targets));
    names_.push_back(item.part->name);
    streams_[item.part->number] = streams_.size();
    pipeline_.add(*item.schema, *plans_.back());
    return {};
  }
  Result<> take(const record::EventItem& item) {
    if (!begun_) {
      // one --sample holds for a whole recording: its first event has the weight of all
      for (const auto& plan : plans_) plan->weighted |= item.record.weight != 1;
      first_ = interval_begin_ = item.record.time;
    }
    TRY(begin());
    turn(item.record.time);
    const auto stream = streams_.find(item.tracer);
    if (stream != streams_.end() && is_target(stream->second, item.record))
      pipeline_.record(stream->second, item.record);
    return {};
  }
  Result<> take(const record::LostItem& item) {
    TRY(begin());
    pipeline_.lost(item.tracer, item.reason, item.count);
    lost_[{item.tracer, item.reason}] += item.count;
    return {};
  }
  Result<> take(const record::BudgetPart& step) {
    // it stands before the first event, too
    if (!begun_)
      for (const auto& plan : plans_) plan->weighted = true;
    TRY(begin());
    pipeline_.budget(
        {step.tracer, step.time, step.look_at, step.detached, step.estimate_ppm, step.budget_ppm});
    return {};
  }
  Result<> take(const record::EndItem& item) {
    account_ = item.account;
    return {};
  }

  bool is_target(size_t stream, const schema::Record& record) const {
    const auto& where = targets_[stream]->where;
    return !where || where->matches(record, &reader_.names());
  }

  render::Interval::Kind kind() const {
    return every_ ? render::Interval::Kind::repeated : render::Interval::Kind::whole;
  }

  bool over() const { return request_.time && last_ - first_ >= uint64_t(request_.time->count()); }

  // Ends the interval that `time` lies beyond; those in which nothing was recorded are not shown.
  void turn(uint64_t time) {
    last_ = std::max(last_, time);
    if (every_ == 0 || time < interval_begin_ || time - interval_begin_ < every_) return;
    pipeline_.show_groups({interval_begin_, interval_begin_ + every_, kind()});
    interval_begin_ = time - (time - interval_begin_) % every_;
  }

  // Once all tracers are known.
  Result<> begin() {
    if (begun_) return {};
    TRY(recorded_.check(reader_.damage().has_value()));
    TRY(check_every(request_, std::ranges::any_of(plans_, [](const auto& plan) {
                      return plan->grouping.has_value();
                    })));
    pipeline_.begin();
    begun_ = true;
    return {};
  }

  // Without its last words a recording does not tell whether more was lost.
  std::string losses() const {
    std::string lost;
    for (const auto& [what, count] : lost_)
      lost += fmt::format("{}{} {} ({})", lost.empty() ? "" : ", ", what.first, count, what.second);
    if (!reader_.damage()) return lost.empty() ? "nothing lost" : "lost: " + lost;
    return lost.empty() ? "whether any was lost is not known"
                        : "lost: " + lost + ", and what is not known";
  }

  std::string closing_line() const {
    std::string events;
    for (const auto& [number, stream] : streams_) {
      const Fate& fate = pipeline_.fate(stream);
      events += fmt::format("{}{} {}", events.empty() ? "" : ", ", names_[stream],
                            fate.shown + fate.aggregated);
    }
    return fmt::format("plumb: shown of {}: {}; {}", request_.recording,
                       events.empty() ? "nothing" : events, losses());
  }

  Result<int> verdict() const {
    if (!request_.quiet) tell(closing_line() + "\n");
    if (request_.statistics && !account_.empty()) tell(account_ + "\n");
    if (!reader_.damage())
      return static_cast<int>(request_.strict && !lost_.empty() ? Exit::lost : Exit::done);
    return fail(at_damage(request_, *reader_.damage()),
                "everything before that was shown; " + reader_.damage()->hint);
  }

  const Request& request_;
  record::Reader& reader_;
  Opened& opened_;
  disclose::Disclosure disclosure_;
  Pipeline pipeline_;
  // By stream: what is shown, whom it may concern, and the tracer.
  std::vector<std::unique_ptr<query::Plan>> plans_, targets_;
  std::vector<std::string> names_;
  RecordedTracers recorded_;  // all that the file has
  std::map<uint16_t, size_t> streams_;
  std::map<std::pair<std::string, std::string>, uint64_t> lost_;  // by tracer and reason
  std::string account_;                                           // of the run that recorded
  bool begun_ = false;
  uint64_t every_ = 0;                                  // ns; 0: all of it is one interval
  uint64_t interval_begin_ = 0, first_ = 0, last_ = 0;  // times of events
};

// What the request asks, of the recording that its own is compared with.
Result<render::Profiles> profiles_before(const Request& request) {
  Request other = request;
  other.recording = request.before;
  other.quiet = true;
  other.statistics = false;
  record::Reader reader = TRY(record::Reader::open(other.recording));
  auto taker = std::make_unique<render::ProfileTaker>(reader.origin().clock);
  render::ProfileTaker& taken = *taker;
  Opened opened;
  opened.sink = std::move(taker);
  TRY(Replay(other, reader, opened).go().within("--before"));
  return std::move(taken.profiles());
}

}  // namespace

Result<int> replay(const Request& request) {
  record::Reader reader = TRY(record::Reader::open(request.recording));
  if (request.plan_only) return print_plan(request, reader);
  render::Profiles before;
  if (!request.before.empty()) before = TRY(profiles_before(request));
  Opened opened = TRY(open_sink(request, reader.origin().clock, std::move(before)));
  return Replay(request, reader, opened).go();
}

}  // namespace plumb::session
