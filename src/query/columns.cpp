#include <algorithm>

#include "query/choose.h"

namespace plumb::query {
namespace {

using Columns = std::vector<const schema::Field*>;

Columns usual(const Ask& ask, const Scope& scope) {
  Columns columns;
  for (const schema::Field& field : scope.event.fields) {
    const bool is_usual = !field.detail || (field.wide && ask.roomy) || field.path == ask.usual;
    if (!is_usual && !ask.all_fields) continue;
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

}  // namespace

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
  if (columns.empty())
    return source.complain({0, ask.fields.size()}, "this leaves nothing to show");
  return columns;
}

}  // namespace plumb::query
