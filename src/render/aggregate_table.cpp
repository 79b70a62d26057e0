#include "render/aggregate_table.h"

#include <algorithm>
#include <cmath>

#include "render/cell.h"
#include "render/histogram.h"
#include "render/layout.h"
#include "render/pen.h"

namespace plumb::render {
namespace {

using query::Function;
using query::Show;

// Keys may be whole paths; on a terminal the numbers beside them matter more.
constexpr size_t widest_key = 40;

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string number_text(const Show& show, const query::Number& number) {
  NumberRoom room;
  if (!number.exists) return "-";
  const double magnitude = std::abs(number.value);
  const bool has_unit = show.field != nullptr && show.field->unit != schema::Unit::none &&
                        show.field->unit != schema::Unit::count;
  const bool whole = has_unit || magnitude == std::floor(magnitude) || magnitude >= 1e6;
  const double rounded = whole ? std::round(magnitude) : std::floor(magnitude);
  uint64_t bits = rounded >= 18446744073709549568.0 ? UINT64_MAX : static_cast<uint64_t>(rounded);
  std::string text = number.value < 0 ? "-" : "";
  if (has_unit) {
    schema::Field shown;
    shown.unit = show.field->unit;
    return text.append(room.data(), put_quantity(room.data(), shown, bits));
  }
  auto hundredths = static_cast<uint64_t>(std::round((magnitude - rounded) * 100));
  if (!whole && hundredths == 100) {
    hundredths = 0;
    bits++;
  }
  text.append(room.data(), put_grouped(room.data(), bits));
  if (!whole) text.append(1, '.').append(room.data(), put_digits(room.data(), hundredths, 2));
  return text;
}

}  // namespace

AggregateTable::AggregateTable(const schema::Event& event, const query::Grouping& grouping,
                               schema::Names& names, Moments& moments, TableStyle style)
    : event_(event), grouping_(grouping), names_(names), moments_(moments), style_(style) {
  Line header;
  const auto add = [&](std::string text) { header.cells.push_back({text, text.size()}); };
  for (const schema::Field* key : grouping.keys) add(header_of(*key, grouping.keys));
  for (const Show& show : grouping.shows) {
    if (show.function != Function::hist) add(upper(show.text));
  }
  lines_.push_back(std::move(header));
}

AggregateTable::Text AggregateTable::key_text(const schema::Field& field,
                                              const schema::Record& record) const {
  NumberRoom room;
  const Cell cell = cell_of(field, record, names_, moments_, room);
  std::string bytes(Pen::room(cell.bytes.size()), '\0');
  Pen pen(bytes.data(), style_.terminal > 0 ? widest_key : SIZE_MAX);
  if (cell.trust == Trust::list)
    pen.words(cell.bytes);
  else
    pen.text(cell.bytes);
  if (cell.cut) pen.more();
  bytes.resize(static_cast<size_t>(pen.end() - bytes.data()));
  return {std::move(bytes), pen.width()};
}

void AggregateTable::add(const query::Row& row) {
  Line line;
  const schema::Record record{.event = &event_, .body = row.key};
  for (const schema::Field* key : grouping_.keys) {
    if (!row.key.empty())
      line.cells.push_back(key_text(*key, record));
    else
      line.cells.push_back(line.cells.empty() ? Text{"(other)", 7} : Text{});
  }
  for (const Show& show : grouping_.shows) {
    if (show.function == Function::hist) {
      line.drawing += draw_histogram(histogram_of(show, row.cell, grouping_), *show.field);
      continue;
    }
    std::string text = number_text(show, query::evaluate(show, row.cell, grouping_));
    const size_t width = text.size();
    line.cells.push_back({std::move(text), width});
  }
  lines_.push_back(std::move(line));
}

size_t AggregateTable::write(Output& output) const {
  std::vector<size_t> widths(lines_[0].cells.size());
  for (const Line& line : lines_) {
    for (size_t i = 0; i < widths.size(); i++) widths[i] = std::max(widths[i], line.cells[i].width);
  }
  size_t lines = 0;
  for (const Line& line : lines_) {
    const bool bold = style_.color && &line == &lines_[0];
    if (bold) output.append(bold_ink);
    write_line(output, line, widths);
    if (bold) output.append(no_ink);
    output.append("\n");
    output.append(line.drawing);
    lines += 1 + static_cast<size_t>(std::ranges::count(line.drawing, '\n'));
  }
  return lines;
}

void AggregateTable::write_line(Output& output, const Line& line,
                                const std::vector<size_t>& widths) const {
  size_t owed = 0;  // spaces, written only when something follows
  for (size_t i = 0; i < line.cells.size(); i++) {
    const Text& text = line.cells[i];
    const size_t gap = widths[i] - text.width;
    const bool right =
        i >= grouping_.keys.size() || grouping_.keys[i]->format == schema::Format::id;
    if (right) owed += gap;
    if (!text.bytes.empty()) {
      output.append(std::string(owed, ' '));
      owed = 0;
    }
    output.append(text.bytes);
    owed += right ? 2 : gap + 2;
  }
}

}  // namespace plumb::render
