#include "session/report.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.h"

namespace plumb::session {
namespace {

constexpr std::string_view lost_prefix = "lost_";

uint64_t to_ns(const timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<uint64_t>(time.tv_usec) * 1'000;
}

std::string json_of(const Totals& t) {
  std::string lost;
  for (const auto& [reason, count] : t.lost)
    lost += fmt::format("{}\"{}\":{}", lost.empty() ? "" : ",", reason, count);
  return fmt::format(
      "\"{}\":{{\"hits\":{},\"not_target\":{},\"filtered\":{},\"sampled_out\":{},\"aggregated\":{},"
      "\"emitted\":{},\"lost\":{{{}}},\"ns_per_hit\":{}}}",
      t.tracer, t.hits, t.not_target, t.filtered, t.sampled_out, t.aggregated, t.emitted, lost,
      t.ns_per_hit);
}

}  // namespace

uint64_t Totals::lost_in_all() const {
  uint64_t sum = 0;
  for (const auto& [reason, count] : lost) sum += count;
  return sum;
}

bool Totals::adds_up() const {
  return hits == not_target + filtered + sampled_out + aggregated + emitted + lost_in_all();
}

Totals totals_of(const kernel::Tracer& tracer, const Fate& fate) {
  kernel::Account account = tracer.account();
  const kernel::Costs costs = tracer.costs();
  Totals t;
  t.tracer = tracer.name();
  t.hits = account["hits"] + costs.missed - fate.after_end;
  t.not_target = account["not_target"];
  t.filtered = account["filtered"] + fate.filtered;
  t.sampled_out = account["sampled_out"] + fate.sampled_out;
  t.aggregated = account["aggregated"] + fate.aggregated;
  t.emitted =
      account["emitted"] - fate.filtered - fate.sampled_out - fate.aggregated - fate.after_end;
  for (const auto& [name, count] : account)
    if (name.starts_with(lost_prefix)) t.lost[name.substr(lost_prefix.size())] = count;
  t.lost["missed"] = costs.missed;
  std::erase_if(t.lost, [](const auto& each) { return each.second == 0; });
  t.ns_per_hit = costs.runs ? costs.run_ns / costs.runs : 0;
  return t;
}

std::vector<Totals> Report::totals() const {
  std::vector<Totals> all;
  for (size_t i = 0; i < live_.tracers().size(); i++)
    all.push_back(totals_of(live_.tracers()[i], pipeline_.fate(i)));
  return all;
}

std::map<std::string, uint64_t> Report::engine_losses() const {
  return totals_of(live_.engine(), {}).lost;
}

void Report::tell_losses() {
  auto tell = [&](const std::string& tracer, const std::map<std::string, uint64_t>& lost) {
    for (const auto& [reason, count] : lost) {
      uint64_t& told = told_[tracer + " " + reason];
      if (count > told) pipeline_.lost(tracer, reason, count - told);
      told = count;
    }
  };
  for (const Totals& each : totals()) tell(each.tracer, each.lost);
  tell("engine", engine_losses());
}

bool Report::lost_any() const {
  for (const Totals& each : totals())
    if (each.lost_in_all()) return true;
  return !engine_losses().empty() || !untold_.empty();
}

std::string Report::closing_line(std::chrono::nanoseconds time, const std::string& unwritten,
                                 uint32_t look_at) const {
  std::string events, lost;
  uint64_t sum = 0;
  for (const Totals& each : totals()) {
    const uint64_t seen = each.emitted + each.aggregated;
    sum += seen;
    events += fmt::format("{}{} {}", events.empty() ? "" : ", ", each.tracer, seen);
    for (const auto& [reason, count] : each.lost)
      lost += fmt::format("{}{} {} ({})", lost.empty() ? "" : ", ", each.tracer, count, reason);
  }
  for (const auto& [reason, count] : engine_losses())
    lost +=
        fmt::format("{}{} processes not followed ({})", lost.empty() ? "" : ", ", count, reason);
  if (!untold_.empty()) lost += (lost.empty() ? "" : ", ") + untold_;
  if (!unwritten.empty()) lost += (lost.empty() ? "" : ", ") + unwritten;
  std::string sampled;
  if (look_at > 1)
    sampled = fmt::format(", sampled for --budget, down to 1/{}", look_at);
  else if (sample_every_ > 1)
    sampled = fmt::format(", sampled 1/{}: about {}", sample_every_, sum * sample_every_);
  return fmt::format("plumb: {} event{} in {} ({}){}; {}", sum, sum == 1 ? "" : "s",
                     show_duration(static_cast<uint64_t>(time.count())), events, sampled,
                     lost.empty() ? "nothing lost" : "lost: " + lost);
}

std::string Report::statistics_line() const {
  std::string tracers;
  for (const Totals& each : totals()) tracers += (tracers.empty() ? "" : ",") + json_of(each);
  const OwnCost cost = own_cost();
  return fmt::format(
      "{{\"event\":\"plumb.stats\",\"tracers\":{{{}}},\"late\":{},\"cpu_ns\":{},\"rss_bytes\":{}}}",
      tracers, live_.late(), cost.cpu_ns, cost.rss_bytes);
}

OwnCost own_cost() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  OwnCost cost;
  cost.cpu_ns = to_ns(usage.ru_utime) + to_ns(usage.ru_stime);
  auto pages = read_file("/proc/self/statm", 256);
  if (pages) {
    const auto fields = split(*pages, ' ');
    if (fields.size() > 1)
      if (auto resident = parse_unsigned(fields[1]); resident)
        cost.rss_bytes = *resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  }
  return cost;
}

}  // namespace plumb::session
