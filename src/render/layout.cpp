#include "render/layout.h"

#include <algorithm>

#include "render/moment.h"
#include "render/word.h"

namespace plumb::render {
namespace {

using schema::Field;
using schema::Format;
using schema::Kind;
using schema::Unit;

// Columns that a tail shares a line with may take the rest of it, but it should get this much.
constexpr uint32_t comfortable_tail = 24;

uint32_t longest_name(const Field& field) {
  size_t longest = 1;
  if (field.names) {
    for (const auto& [value, name] : field.names->values) longest = std::max(longest, name.size());
  }
  const size_t usual = field.names && field.names->bits ? 2 * longest : longest;
  return static_cast<uint32_t>(std::min<size_t>(usual, 20));
}

Column word_column(const Field& field) {
  Column column{.field = &field};
  const bool from_outside = field.kind != Kind::enumeration && field.format != Format::error &&
                            field.format != Format::signal && field.format != Format::syscall;
  column.cuttable = from_outside;
  switch (field.format) {
    case Format::error:
      column.width = 6;
      break;
    case Format::signal:
      column.width = 7;
      break;
    case Format::syscall:
      column.width = 12;
      break;
    case Format::cgroup:
      column.width = 24;
      break;
    case Format::container:
      column.width = 12;
      break;
    case Format::symbol:
    case Format::mount:
      column.width = 16;
      break;
    default:
      column.width = from_outside ? 8 : longest_name(field);
  }
  column.least = from_outside ? std::min(column.width, 6u) : column.width;
  column.tight = std::min(column.least, 6u);
  return column;
}

Column number_column(const Field& field) {
  Column column{.field = &field, .right = true};
  if (field.kind == Kind::boolean)
    column.width = 3;
  else if (field.format == Format::instant)
    column.width = Moments::time_of_day_size;
  else if (field.format == Format::hex)
    column.width = field.size == 8 ? 14 : 10;
  else if (field.format == Format::octal)
    column.width = 5;
  else if (field.format == Format::id || field.format == Format::status)
    column.width = field.size == 8 ? 12 : field.size == 4 ? 7 : 5;
  else if (field.unit == Unit::ns)
    column.width = 6;
  else if (field.unit == Unit::bytes)
    column.width = 7;
  else
    column.width = field.size == 8 ? 9 : field.size == 4 ? 7 : 5;
  column.least = column.tight = column.width;
  return column;
}

Column text_column(const Field& field) {
  Column column{.field = &field, .cuttable = true};
  column.width = field.in_tail() ? comfortable_tail : std::min(field.size - (field.size > 0), 24u);
  column.least = std::min(column.width, field.in_tail() ? 12u : 8u);
  column.tight = std::min(column.least, 6u);
  if (field.kind == Kind::address) column = {.field = &field, .width = 15, .least = 15, .tight = 8};
  return column;
}

Column column_of(const Field& field) {
  if (!field.is_number()) return text_column(field);
  return has_words(field) ? word_column(field) : number_column(field);
}

uint32_t total(const std::vector<Column>& columns) {
  uint32_t sum = 0;
  for (const Column& column : columns) sum += column.width + 1;
  return sum - (sum > 0);
}

// Takes from the widest that can give, one screen column at a time, until the row fits.
void shrink(std::vector<Column>& columns, uint32_t terminal) {
  for (uint32_t sum = total(columns); sum > terminal; sum--) {
    Column* widest = nullptr;
    for (Column& column : columns) {
      const bool last = &column == &columns.back();
      if (last || column.width <= column.least) continue;
      if (widest == nullptr || column.width > widest->width) widest = &column;
    }
    if (widest == nullptr) return;
    widest->width--;
  }
}

// A header of a right-aligned column reaches into the slack of the header before it, which must
// then keep that slack; only what does not fit there widens the column.
void make_room_for_headers(std::vector<Column>& columns) {
  Column* before = nullptr;  // the left-aligned column before this one
  for (Column& column : columns) {
    const auto length = static_cast<uint32_t>(column.header.size());
    uint32_t borrowed = 0;
    if (column.right && before != nullptr && length > column.width) {
      const auto used = static_cast<uint32_t>(before->header.size());
      borrowed = std::min(length - column.width, before->width - used);
      before->least = std::max(before->least, used + borrowed);
      before->tight = std::max(before->tight, used + borrowed);
    }
    column.width = std::max(column.width, length - borrowed);
    column.least = std::max(column.least, column.right ? column.width : length);
    if (column.field != nullptr)
      column.tight = std::max(column.tight, column.right ? column.width : length);
    before = column.right ? nullptr : &column;
  }
}

// A number that is also shown as a word (uid beside user): the first to go where it is narrow.
bool has_twin(const Field& field, const std::vector<const Field*>& shown) {
  return field.is_number() && !has_words(field) &&
         std::any_of(shown.begin(), shown.end(), [&](const Field* other) {
           return other->offset == field.offset && other->is_number() && has_words(*other);
         });
}

bool is_crowded(const std::vector<Column>& columns, uint32_t terminal) {
  uint32_t sum = 0;
  for (const Column& column : columns) sum += column.least + 1;
  const bool tail = columns.back().field != nullptr && columns.back().field->in_tail();
  return sum + (tail ? comfortable_tail - columns.back().least : 0) > terminal;
}

}  // namespace

std::string header_of(const Field& field, const std::vector<const Field*>& shown) {
  const auto same = std::count_if(shown.begin(), shown.end(), [&](const Field* other) {
    return other->leaf() == field.leaf();
  });
  std::string header(same > 1 ? std::string_view(field.path) : field.leaf());
  for (char& c : header) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return header;
}

std::vector<Column> lay_out(std::vector<Column> lead, const std::vector<const Field*>& shown,
                            uint32_t terminal) {
  std::vector<Column> columns = std::move(lead);
  for (const Field* field : shown) {
    columns.push_back(column_of(*field));
    columns.back().header = header_of(*field, shown);
  }
  if (terminal > 0 && is_crowded(columns, terminal)) {
    std::erase_if(columns, [&](const Column& column) {
      return column.field != nullptr && has_twin(*column.field, shown);
    });
  }
  make_room_for_headers(columns);
  if (terminal > 0) shrink(columns, terminal);
  if (terminal > 0 && total(columns) > terminal) {
    columns.back().width = columns.back().least;
    for (Column& column : columns) column.least = column.tight;
    shrink(columns, terminal);
  }
  uint32_t reached = 0;
  for (Column& column : columns) {
    column.begin = reached;
    column.end = reached + column.width;
    reached = column.end + 1;
  }
  Column& last = columns.back();
  if (!last.right) last.end = terminal == 0 ? UINT32_MAX : std::max(terminal, last.begin + 8);
  return columns;
}

uint32_t place(const Column& column, uint32_t reached, uint32_t width) {
  const uint32_t least = reached == 0 ? 0 : reached + 1;
  const uint32_t wished = column.right && column.end > width ? column.end - width : column.begin;
  return std::max(least, wished);
}

}  // namespace plumb::render
