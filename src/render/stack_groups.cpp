#include "render/stack_groups.h"

#include <algorithm>
#include <cmath>

#include "render/cell.h"
#include "render/flame.h"
#include "render/folded.h"
#include "render/kept_stack.h"
#include "render/pen.h"
#include "render/pprof.h"
#include "render/speedscope.h"
#include "render/stack_tree.h"

namespace plumb::render {
namespace {

bool is_stack(const schema::Field* key) { return key->format == schema::Format::stack; }

std::string unit_of(const query::Show& show) {
  if (show.field && show.field->unit == schema::Unit::ns) return "ns";
  if (show.field && show.field->unit == schema::Unit::bytes) return "bytes";
  return show.field ? show.text : "events";
}

uint64_t value_of(const query::Number& number) {
  constexpr double most = 9e18;
  return number.exists && number.value > 0
             ? static_cast<uint64_t>(std::llround(std::min(number.value, most)))
             : 0;
}

std::string key_text(const schema::Field& field, const schema::Record& record, schema::Names& names,
                     Moments& moments) {
  NumberRoom room;
  const Cell cell = cell_of(field, record, names, moments, room);
  return std::string(cell.bytes);
}

Stack stack_of(const schema::Field& field, const schema::Record& record, schema::Names& names) {
  auto stack = stack_of_kept(names.name(field.format, record.bits(field)));
  return stack ? *std::move(stack) : Stack{.frames = {}, .end = "not known"};
}

}  // namespace

bool is_by_stack(const query::Grouping& grouping) {
  return std::ranges::any_of(grouping.keys, is_stack);
}

Profile profile_of(const schema::Event& event, const query::Grouping& grouping,
                   const std::vector<query::Row>& rows, schema::Names& names, Moments& moments) {
  Profile profile;
  const query::Show& show = grouping.shows.at(grouping.order);
  profile.title = event.name;
  profile.unit = unit_of(show);
  for (const query::Row& row : rows) {
    StackGroup group;
    group.value = value_of(query::evaluate(show, row.cell, grouping));
    const schema::Record record{.event = &event, .body = row.key};
    if (row.key.empty()) group.root.emplace_back("(other)");
    for (const schema::Field* key : grouping.keys) {
      if (row.key.empty()) break;
      if (!is_stack(key))
        group.root.push_back(key_text(*key, record, names, moments));
      else if (key->heading.empty())
        group.stack = stack_of(*key, record, names);
    }
    for (const schema::Field* key : grouping.keys)
      if (!row.key.empty() && is_stack(key) && !key->heading.empty() &&
          !key->absent(record.bits(*key)))
        put_upon(group.stack, key->heading, stack_of(*key, record, names));
    profile.groups.push_back(std::move(group));
  }
  return profile;
}

bool can_compare(StackFormat format) {
  return format == StackFormat::tree || format == StackFormat::html;
}

std::string show_profile(const Profile& profile, StackFormat format, const TableStyle& style,
                         const Profile* before) {
  switch (format) {
    case StackFormat::tree:
      return stack_tree(profile, {.table = style}, before);
    case StackFormat::folded:
      return folded(profile);
    case StackFormat::html:
      return flame_page(profile, before);
    case StackFormat::pprof:
      return pprof(profile);
    case StackFormat::speedscope:
      return speedscope(profile);
  }
  return {};
}

}  // namespace plumb::render
