#include "session/recorded_plans.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/print.h"
#include "base/text.h"
#include "session/describe.h"
#include "session/prepare.h"
#include "session/recorded_targets.h"

namespace plumb::session {
namespace {

// Events that were recorded with their stacks are shown with them, unless groups or columns are
// chosen.
void ask_for_stacks(query::Ask& ask, const schema::Event& event) {
  const bool chooses = !ask.by.empty() || !ask.show.empty() || !ask.fields.empty();
  if (chooses || (!event.view.by.empty() && !ask.each)) return;
  for (const schema::Field& field : event.fields) {
    if (field.format != schema::Format::stack || !field.read) continue;
    (field.asked_by.empty() ? ask.stack : ask.waker) = true;
  }
}

// Does --only name it, where that is given?
bool is_asked_for(const Request& request, const std::string& tracer) {
  const auto& only = request.tracers;
  return only.empty() || std::ranges::find(only, tracer) != only.end();
}

Result<RecordedPlan> plan_recorded(const Request& request, const record::TracerItem& tracer) {
  const schema::Event& event = tracer.schema->event;
  query::Ask ask = request.ask;
  ask.private_fields = request.privacy != disclose::Mode::none;
  ask_for_stacks(ask, event);
  auto plan = query::compile(ask, event, query::Limits{});
  if (!plan) return Fail{std::move(plan.error()).within(tracer.part->name)};
  query::Ask who;
  who.show = "count";  // so that no column is wanted
  who.where = expression_of(request.who);
  auto targets = query::compile(who, event, query::Limits{});
  if (!targets)
    return misuse(tracer.part->name + ": its events do not say who caused them",
                  "without --pid, --comm, --uid, --cgroup and --container, or --only others");
  return RecordedPlan{tracer, std::make_unique<query::Plan>(*std::move(plan)),
                      std::make_unique<query::Plan>(*std::move(targets))};
}

// An error when --only names a tracer that the recording does not have.
Result<> check_only(const Request& request, const std::vector<std::string>& recorded) {
  for (const std::string& name : request.tracers) {
    if (std::ranges::find(recorded, name) != recorded.end()) continue;
    const std::string near = nearest(name, recorded);
    return misuse("--only: no tracer '" + name + "' in " + request.recording,
                  near.empty() ? fmt::format("it has {}", fmt::join(recorded, ", "))
                               : "did you mean '" + near + "'?");
  }
  return {};
}

}  // namespace

std::optional<RecordedPlan> RecordedTracers::add(const record::TracerItem& tracer) {
  const std::string& name = tracer.part->name;
  recorded_.push_back(name);
  if (!is_asked_for(request_, name)) return {};
  auto planned = plan_recorded(request_, tracer);
  if (planned) {
    fitting_.push_back(name);
    return *std::move(planned);
  }
  if (!misfit_) misfit_ = std::move(planned.error());
  return {};
}

Result<> RecordedTracers::check(bool damaged) const {
  if (misfit_) {
    Error error = *misfit_;
    if (!fitting_.empty())
      error.hint = fmt::format("--only {} leaves it out", fmt::join(fitting_, ","));
    return Fail{std::move(error)};
  }
  return damaged ? Result<>() : check_only(request_, recorded_);
}

std::string at_damage(const Request& request, const record::Damage& damage) {
  return fmt::format("{}: damaged at byte {}: {}", request.recording, damage.offset, damage.what);
}

Result<int> print_plan(const Request& request, record::Reader& reader) {
  std::vector<RecordedPlan> plans;
  RecordedTracers recorded(request);
  // what was traced stands before the first event
  for (auto item = reader.next(); item; item = reader.next()) {
    const auto* tracer = std::get_if<record::TracerItem>(&*item);
    if (!tracer) break;
    if (auto planned = recorded.add(*tracer)) plans.push_back(*std::move(planned));
  }
  TRY(recorded.check(reader.damage().has_value()));
  TRY(check_every(request, std::ranges::any_of(plans, [](const RecordedPlan& each) {
                    return each.plan->grouping.has_value();
                  })));
  TRY(print(describe(reader.origin(), plans, request)));
  if (!reader.damage()) return 0;
  return fail(at_damage(request, *reader.damage()), reader.damage()->hint);
}

}  // namespace plumb::session
