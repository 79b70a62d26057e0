#include "session/replay.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <map>

#include "record/reader.h"
#include "session/pipeline.h"
#include "session/sinks.h"

namespace plumb::session {
namespace {

class Replay {
 public:
  Replay(const Request& request, record::Reader& reader, Opened& opened)
      : request_(request),
        reader_(reader),
        opened_(opened),
        disclosure_(request.privacy, disclose::random_key()),
        pipeline_(*opened.sink, disclosure_, reader.names(), true) {
    pipeline_.stop_after(request.count);
    if (request.every) every_ = static_cast<uint64_t>(request.every->count());
  }

  Result<int> go() {
    while (!pipeline_.done() && !opened_.closed()) {
      auto item = reader_.next();
      if (!item) break;
      TRY(std::visit([this](const auto& each) { return take(each); }, *item));
    }
    begin();
    pipeline_.show_groups({interval_begin_, std::max(interval_begin_, last_), every_ != 0});
    auto flushed = pipeline_.flush();
    if (!flushed && !opened_.closed()) return Fail{std::move(flushed.error())};
    return verdict();
  }

 private:
  Result<> take(const record::TracerItem& item) {
    const auto& only = request_.tracers;
    if (!only.empty() && std::find(only.begin(), only.end(), item.part->name) == only.end())
      return {};
    query::Ask ask = request_.ask;
    ask.private_fields = request_.privacy != disclose::Mode::none;
    auto plan = query::compile(ask, item.schema->event, query::Limits{});
    if (!plan)
      return Fail{std::move(plan.error()).within(item.part->name + " (--only chooses tracers)")};
    plans_.push_back(std::make_unique<query::Plan>(std::move(*plan)));
    streams_[item.part->number] = streams_.size();
    pipeline_.add(*item.schema, *plans_.back());
    return {};
  }
  Result<> take(const record::EventItem& item) {
    if (!begun_) {
      // one --sample holds for a whole recording: its first event has the weight of all
      for (const auto& plan : plans_) plan->weighted |= item.record.weight != 1;
      interval_begin_ = item.record.time;
    }
    begin();
    turn(item.record.time);
    const auto stream = streams_.find(item.tracer);
    if (stream != streams_.end()) pipeline_.record(stream->second, item.record);
    return {};
  }
  Result<> take(const record::LostItem& item) {
    begin();
    pipeline_.lost(item.tracer, item.reason, item.count);
    return {};
  }
  Result<> take(const record::EndItem&) { return {}; }

  // Ends the interval that `time` lies beyond; those in which nothing was recorded are not shown.
  void turn(uint64_t time) {
    last_ = std::max(last_, time);
    if (every_ == 0 || time < interval_begin_ || time - interval_begin_ < every_) return;
    pipeline_.show_groups({interval_begin_, interval_begin_ + every_, true});
    interval_begin_ = time - (time - interval_begin_) % every_;
  }

  void begin() {
    if (!begun_) pipeline_.begin();
    begun_ = true;
  }

  Result<int> verdict() const {
    if (!reader_.damage()) return static_cast<int>(Exit::done);
    return fail(fmt::format("{}: damaged at byte {}: {}", request_.recording,
                            reader_.damage()->offset, reader_.damage()->what),
                "everything before that was shown; it was cut short, or changed on disk");
  }

  const Request& request_;
  record::Reader& reader_;
  Opened& opened_;
  disclose::Disclosure disclosure_;
  Pipeline pipeline_;
  std::vector<std::unique_ptr<query::Plan>> plans_;
  std::map<uint16_t, size_t> streams_;
  bool begun_ = false;
  uint64_t every_ = 0;  // ns; 0: all of it is one interval
  uint64_t interval_begin_ = 0, last_ = 0;
};

}  // namespace

Result<int> replay(const Request& request) {
  signal(SIGPIPE, SIG_IGN);
  record::Reader reader = TRY(record::Reader::open(request.recording));
  Opened opened = TRY(open_sink(request, reader.origin().clock));
  return Replay(request, reader, opened).go();
}

}  // namespace plumb::session
