#include <algorithm>

#include "base/text.h"
#include "query/choose.h"

namespace plumb::query {
namespace {

using Columns = std::vector<const schema::Field*>;

// Its view is by stack, and has no columns, or beside who it was it tells nothing else.
bool is_about_stack(const schema::Event& event, const schema::Field& stack) {
  const auto keys = split(event.view.by, ',');
  const std::string_view who(stack.path.data(), stack.path.size() - stack.leaf().size());
  const auto is_of_who = [&](const schema::Field& field) { return field.path.starts_with(who); };
  return (std::ranges::count(keys, stack.leaf()) || std::ranges::count(keys, stack.path)) &&
         (event.view.show.empty() || std::ranges::all_of(event.fields, is_of_who));
}

// By an option, or because the event is about nothing else.
bool is_asked(const schema::Field& field, const Ask& ask, const schema::Event& event) {
  if (!field.on_request || field.format != schema::Format::stack) return false;
  if (!field.asked_by.empty()) return ask.waker && field.asked_by == waker_option;
  return ask.stack || is_about_stack(event, field);
}

Columns usual(const Ask& ask, const Scope& scope) {
  Columns columns;
  for (const schema::Field& field : scope.event.fields) {
    const bool is_usual = !field.detail || (field.wide && ask.roomy) || field.path == ask.usual;
    const bool is_wanted =
        field.on_request ? is_asked(field, ask, scope.event) : is_usual || ask.all_fields;
    if (!is_wanted) continue;
    if (field.privacy != schema::Privacy::open && !scope.private_fields) continue;
    columns.push_back(&field);
  }
  return columns;
}

bool is_change(const Source& source, Span item) {
  const std::string_view text = source.at(item);
  return text.starts_with('+') || text.starts_with('-');
}

void apply(Columns& columns, const schema::Field* field, bool is_removal) {
  auto found = std::ranges::find(columns, field);
  if (is_removal && found != columns.end()) columns.erase(found);
  if (!is_removal && found == columns.end()) columns.push_back(field);
}

bool contains(const Columns& columns, const schema::Field* field) {
  return std::ranges::find(columns, field) != columns.end();
}

// What "-a,-b" of --fields names.
Result<Columns> taken_out(const Source& source, const Scope& scope) {
  Columns taken;
  for (Span item : source.items()) {
    if (!source.at(item).starts_with('-')) continue;
    const auto fields = TRY(scope.fields(source, {item.begin + 1, item.end}));
    taken.insert(taken.end(), fields.begin(), fields.end());
  }
  return taken;
}

}  // namespace

Result<Columns> choose_asides(const Ask& ask, const Scope& scope, const Columns& columns) {
  const Source source{"--fields", ask.fields};
  const bool exact = !ask.fields.empty() && !is_change(source, source.items().front());
  if (ask.all_fields || exact) return Columns();
  const Columns unwanted = ask.fields.empty() ? Columns() : TRY(taken_out(source, scope));
  Columns asides;
  for (const schema::Field& field : scope.event.fields) {
    const schema::Field* column = scope.event.find_exact(field.beside);
    const bool can_be = column && field.is_number() && column->is_number() &&
                        (scope.private_fields || field.privacy == schema::Privacy::open);
    if (can_be && contains(columns, column) && !contains(columns, &field) &&
        !contains(unwanted, &field))
      asides.push_back(&field);
  }
  return asides;
}

Result<Columns> choose_columns(const Ask& ask, const Scope& scope) {
  if (ask.fields.empty()) return usual(ask, scope);
  const Source source{"--fields", ask.fields};
  const auto items = source.items();
  const bool changes = is_change(source, items.front());
  Columns columns = changes ? usual(ask, scope) : Columns();
  for (Span item : items) {
    if (is_change(source, item) != changes)
      return source.complain(item, "exact fields and changes to the default do not mix",
                             "write a,b or +a,-b");
    const bool is_removal = source.at(item).starts_with('-');
    const auto fields = TRY(scope.fields(source, {item.begin + (changes ? 1 : 0), item.end}));
    for (const schema::Field* field : fields) apply(columns, field, is_removal);
  }
  for (const schema::Field& field : scope.event.fields)
    if ((ask.stack || ask.waker) && is_asked(field, ask, scope.event))
      apply(columns, &field, false);
  if (columns.empty())
    return source.complain({0, ask.fields.size()}, "this leaves nothing to show");
  return columns;
}

}  // namespace plumb::query
