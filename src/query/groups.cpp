#include <algorithm>
#include <array>

#include "base/text.h"
#include "query/choose.h"
#include "schema/names.h"

namespace plumb::query {
namespace {

using schema::Field;
using schema::Format;
using schema::Kind;

struct Named {
  std::string_view name;
  Function function;
};
constexpr std::array functions = {Named{"count", Function::count}, Named{"sum", Function::sum},
                                  Named{"avg", Function::avg},     Named{"min", Function::min},
                                  Named{"max", Function::max},     Named{"p50", Function::p50},
                                  Named{"p90", Function::p90},     Named{"p99", Function::p99},
                                  Named{"p999", Function::p999},   Named{"hist", Function::hist}};

bool needs_histogram(Function function) { return function >= Function::p50; }

Result<Function> function_at(const Source& source, Span span) {
  std::vector<std::string> candidates;
  for (const Named& named : functions) {
    if (named.name == source.at(span)) return named.function;
    candidates.emplace_back(named.name);
  }
  const std::string suggestion = nearest(source.at(span), candidates);
  return source.complain(span, "unknown function '" + std::string(source.at(span)) + "'",
                         suggestion.empty()
                             ? "count, sum, avg, min, max, p50, p90, p99, p999 or hist"
                             : "did you mean '" + suggestion + "'?");
}

Result<> check_metric(const Source& source, Span span, const Field& field, Function function) {
  const bool is_number = field.kind == Kind::unsigned_number || field.kind == Kind::signed_number ||
                         field.kind == Kind::boolean;  // a sum counts, an average is a share
  if (!is_number || field.format != Format::plain)
    return source.complain(span, "'" + field.path + "' is not a quantity",
                           "group by it instead: --by " + field.path);
  if (needs_histogram(function) && field.is_signed())
    return source.complain(span,
                           "'" + field.path + "' may be negative, which a histogram cannot hold",
                           "sum, avg, min and max can");
  return {};
}

// "count" or "p99(latency)".
Result<Show> show_at(const Source& source, const Scope& scope, Span item) {
  const std::string_view text = source.at(item);
  const size_t open = std::min(text.find('('), text.size());
  Show show;
  show.function = TRY(function_at(source, {item.begin, item.begin + open}));
  show.text = text;
  const bool has_field = open < text.size();
  if (show.function == Function::count && !has_field) return show;
  if (show.function == Function::count)
    return source.complain({item.begin + open, item.end}, "count takes no field", "write count");
  if (!has_field || !text.ends_with(')'))
    return source.complain(item, "a function needs a field in parentheses",
                           "write " + std::string(text.substr(0, open)) + "(FIELD)");
  const Span inner{item.begin + open + 1, item.end - 1};
  show.field = TRY(scope.field(source, inner));
  TRY(check_metric(source, inner, *show.field, show.function));
  return show;
}

void add_metric(Grouping& grouping, const Show& show) {
  if (!show.field) return;
  auto known = std::ranges::find(grouping.metrics, show.field, &Metric::field);
  if (known == grouping.metrics.end())
    known = grouping.metrics.insert(known, Metric{show.field, false});
  known->histogram |= needs_histogram(show.function);
}

Result<> choose_shows(const Ask& ask, const Scope& scope, Grouping& grouping) {
  grouping.shows.push_back({Function::count, nullptr, "count"});
  if (ask.show.empty()) return {};
  const Source source{"--show", ask.show};
  bool is_first = true;
  for (Span item : source.items()) {
    Show show = TRY(show_at(source, scope, item));
    const auto same = [&](const Show& other) {
      return other.function == show.function && other.field == show.field;
    };
    if (is_first && show.function != Function::count) grouping.order = 1;
    is_first = false;
    if (std::ranges::any_of(grouping.shows, same)) continue;
    add_metric(grouping, show);
    grouping.shows.push_back(std::move(show));
  }
  return {};
}

Result<> choose_keys(const Ask& ask, const Scope& scope, Grouping& grouping) {
  if (ask.by.empty()) return {};
  const Source source{"--by", ask.by};
  for (Span item : source.items()) {
    const Field* field = TRY(scope.field(source, item));
    if (std::ranges::find(grouping.keys, field) == grouping.keys.end())
      grouping.keys.push_back(field);
  }
  return {};
}

// Why the kernel cannot build this key, or "".
std::string key_problem(const Field& key) {
  if (key.kind == Kind::tail_list) return "'" + key.path + "' is a list";
  if (schema::shares_names(key.format))
    return "several of its numbers may share a name, which the kernel does not know";
  const bool is_copied = key.size <= 2 || key.size == 4 || key.size == 8 || key.size == 16;
  if (!key.in_tail() && !is_copied)
    return "'" + key.path + "' has a size that the kernel does not group by";
  return {};
}

// Why the kernel cannot keep these groups, or "".
std::string problem(const Grouping& grouping, const Limits& limits, bool where_exact) {
  constexpr uint32_t least_tail = 16;  // fewer bytes of a tail's key would seldom suffice
  if (!where_exact) return "part of --where is decided in user space";
  if (grouping.keys.size() > limits.keys) return "over " + std::to_string(limits.keys) + " keys";
  uint32_t bytes = 0;
  for (const Field* key : grouping.keys) {
    if (std::string found = key_problem(*key); !found.empty()) return found;
    bytes += key->in_tail() ? least_tail : (key->size + 7) / 8 * 8;
  }
  if (bytes > limits.key_bytes)
    return "the keys are over " + std::to_string(limits.key_bytes) + " bytes long";
  if (grouping.metrics.size() > limits.metrics)
    return "statistics of over " + std::to_string(limits.metrics) + " fields";
  if (std::ranges::count(grouping.metrics, true, &Metric::histogram) > limits.histograms)
    return "percentiles of over " + std::to_string(limits.histograms) + " fields";
  return {};
}

}  // namespace

Result<Grouping> choose_groups(const Ask& ask, const Scope& scope, const Limits& limits,
                               bool where_exact) {
  Grouping grouping;
  grouping.max_groups = ask.keys;
  TRY(choose_keys(ask, scope, grouping));
  TRY(choose_shows(ask, scope, grouping));
  grouping.why_not = problem(grouping, limits, where_exact);
  grouping.in_kernel = grouping.why_not.empty();
  return grouping;
}

}  // namespace plumb::query
