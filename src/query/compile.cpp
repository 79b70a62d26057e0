#include <algorithm>

#include "base/text.h"
#include "query/choose.h"
#include "query/kernel_part.h"
#include "query/plan.h"
#include "query/where.h"

namespace plumb::query {
namespace {

class Wanted {
 public:
  Wanted(const schema::Event& event, std::vector<bool>& marks) : event_(event), marks_(marks) {
    marks_.assign(event.fields.size(), false);
  }

  void add(const schema::Field* field) {
    marks_[static_cast<size_t>(field - event_.fields.data())] = true;
  }
  void add(const std::vector<const schema::Field*>& fields) {
    for (const schema::Field* field : fields) add(field);
  }
  void add(const Node& node) {
    if (node.kind == Node::Kind::comparison) add(node.comparison.field);
    for (const Node& part : node.parts) add(part);
  }

 private:
  const schema::Event& event_;
  std::vector<bool>& marks_;
};

void add_names(const Node& node, std::vector<NamedValue>& names) {
  const Comparison& comparison = node.comparison;
  if (node.kind == Node::Kind::comparison && comparison.subject == Comparison::Subject::name &&
      comparison.test == Comparison::Test::equal)
    for (const Value& value : comparison.values) names.push_back({comparison.field, value.text});
  for (const Node& part : node.parts) add_names(part, names);
}

Result<> check(const Ask& ask) {
  if (ask.sample_every == 0) return misuse("--sample: 1/0 keeps nothing", "write 1/N");
  if (ask.keys == 0) return misuse("--keys: 0 groups leave only (other)", "write a larger number");
  if (ask.by_stack && ask.by.empty())
    return misuse("--format: nothing is grouped by stack", "add --by stack");
  if (ask.top != 0 && ask.by.empty()) return misuse("--top: nothing is grouped", "add --by FIELD");
  return {};
}

// The stack of a waker stands upon that of who waited, in rows and in groups.
Result<> add_waker(Ask& ask, const schema::Event& event) {
  const auto found = std::ranges::find(event.fields, waker_option, &schema::Field::asked_by);
  if (found == event.fields.end())
    return misuse("--waker: events of " + event.name + " do not tell who let a thread go on",
                  "plumb list TRACER shows what is told: a stack on request");
  ask.stack = true;
  const auto keys = split(ask.by, ',');
  if (!ask.by.empty() && std::ranges::find(keys, found->path) == keys.end())
    ask.by += "," + found->path;
  return {};
}

// Of groups, one by stack is what --stack means.
Result<> check_stack_group(const Grouping& grouping) {
  for (const schema::Field* key : grouping.keys)
    if (key->format == schema::Format::stack && key->asked_by.empty()) return {};
  return misuse("--stack, --format: groups are not by stack", "add it to the groups: --by stack");
}

// Whoever names neither groups nor columns gets the groups that the schema has as a view, if this
// kernel's events, or those of this recording, have what they are by.
void take_view(Ask& ask, const schema::Event& event) {
  if (ask.each || event.view.show.empty() || !ask.by.empty() || !ask.show.empty() ||
      !ask.fields.empty())
    return;
  for (const std::string& key : split(event.view.by, ',')) {
    const auto field = schema::find_field(event, key);
    if (!field || !(*field)->read) return;
  }
  ask.by = event.view.by;
  ask.show = event.view.show;
}

}  // namespace

Result<Plan> compile(Ask ask, const schema::Event& event, const Limits& limits,
                     schema::Names* names) {
  take_view(ask, event);
  TRY(check(ask));
  if (ask.waker) TRY(add_waker(ask, event));
  const Scope scope{event, ask.private_fields};
  Plan plan;
  Wanted wanted(event, plan.wanted);
  if (!ask.where.empty()) {
    auto where = TRY(parse_where(ask.where, scope));
    KernelPart part = kernel_part(*where, event, limits, names);
    wanted.add(where->root());
    add_names(where->root(), plan.names);
    plan.leaves = std::move(part.leaves);
    plan.where_exact = part.exact;
    plan.where_rest = std::move(part.rest);
    plan.comparisons = std::move(part.comparisons);
    plan.where = std::move(where);
  }
  if (!ask.by.empty() || !ask.show.empty()) {
    plan.grouping = TRY(choose_groups(ask, scope, limits, plan.where_exact));
    wanted.add(plan.grouping->keys);
    for (const Metric& metric : plan.grouping->metrics) wanted.add(metric.field);
    if (ask.stack || ask.by_stack) TRY(check_stack_group(*plan.grouping));
  } else {
    plan.columns = TRY(choose_columns(ask, scope));
    plan.asides = TRY(choose_asides(ask, scope, plan.columns));
    wanted.add(plan.columns);
    wanted.add(plan.asides);
  }
  plan.sample_every = ask.sample_every;
  plan.weighted = ask.sample_every > 1;
  plan.top = ask.top;
  return plan;
}

}  // namespace plumb::query
