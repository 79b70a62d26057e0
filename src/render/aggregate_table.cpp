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

constexpr size_t wide_gap = 2, narrow_gap = 1;

// Keys may be whole paths: they give way to the numbers, down to this.
constexpr size_t least_key = 12;

// SUM(LATENCY) in two lines, SUM above.
std::pair<std::string, std::string> folded(const std::string& header) {
  const size_t open = header.find('(');
  if (open == std::string::npos) return {"", header};
  return {header.substr(0, open), header.substr(open + 1, header.size() - open - 2)};
}

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

AggregateTable::Text AggregateTable::key_text(const schema::Field& field, std::string_view key,
                                              size_t limit) const {
  const schema::Record record{.event = &event_, .body = key};
  NumberRoom room;
  const Cell cell = cell_of(field, record, names_, moments_, room);
  std::string bytes(Pen::room(cell.bytes.size()), '\0');
  Pen pen(bytes.data(), limit);
  if (cell.trust == Trust::list)
    pen.words(cell.bytes);
  else if (!cell.cut && field.privacy == schema::Privacy::path)
    pen.text_end(cell.bytes);
  else
    pen.text(cell.bytes);
  if (cell.cut) pen.more();
  bytes.resize(static_cast<size_t>(pen.end() - bytes.data()));
  return {std::move(bytes), pen.width()};
}

void AggregateTable::add(const query::Row& row) {
  Line line{.key = row.key};
  for (const schema::Field* key : grouping_.keys) {
    if (!row.key.empty())
      line.cells.push_back(key_text(*key, row.key, SIZE_MAX));
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

AggregateTable::Widths AggregateTable::measure(size_t gap) const {
  Widths widths{.gap = gap, .columns = std::vector<size_t>(lines_[0].cells.size())};
  for (const Line& line : lines_) {
    for (size_t i = 0; i < line.cells.size(); i++)
      widths.columns[i] = std::max(widths.columns[i], line.cells[i].width);
  }
  for (const size_t width : widths.columns) widths.row += width + gap;
  widths.row -= std::min(widths.row, gap);
  return widths;
}

void AggregateTable::fold_headers() {
  Line above;
  for (Text& text : lines_[0].cells) {
    auto [function, of] = folded(text.bytes);
    const size_t width = function.size();
    above.cells.push_back({std::move(function), width});
    text = {std::move(of), text.width - (width > 0 ? width + 2 : 0)};
  }
  lines_.insert(lines_.begin(), std::move(above));
  headers_++;
}

// Takes from the widest, one screen column at a time, until a row fits.
void AggregateTable::cut_keys(Widths& widths) {
  const auto keys_end = widths.columns.begin() + static_cast<ptrdiff_t>(grouping_.keys.size());
  for (; widths.row > style_.terminal; widths.row--) {
    const auto widest = std::max_element(widths.columns.begin(), keys_end);
    if (widest == keys_end || *widest <= least_key) break;
    --*widest;
  }
  for (Line& line : lines_) {
    for (size_t i = 0; i < grouping_.keys.size() && !line.key.empty(); i++) {
      if (line.cells[i].width > widths.columns[i])
        line.cells[i] = key_text(*grouping_.keys[i], line.key, widths.columns[i]);
    }
  }
}

// Headers fold first, then columns draw together, and then keys are cut.
AggregateTable::Widths AggregateTable::fit() {
  Widths widths = measure(wide_gap);
  const auto fits = [&] { return style_.terminal == 0 || widths.row <= style_.terminal; };
  if (fits()) return widths;
  fold_headers();
  widths = measure(wide_gap);
  if (!fits()) widths = measure(narrow_gap);
  if (!fits()) cut_keys(widths);
  return widths;
}

size_t AggregateTable::write(Output& output) {
  const Widths widths = fit();
  size_t lines = 0;
  for (size_t i = 0; i < lines_.size(); i++) {
    const bool bold = style_.color && i < headers_;
    if (bold) output.append(bold_ink);
    write_line(output, lines_[i], widths);
    if (bold) output.append(no_ink);
    output.append("\n");
    output.append(lines_[i].drawing);
    lines += 1 + static_cast<size_t>(std::ranges::count(lines_[i].drawing, '\n'));
  }
  return lines;
}

void AggregateTable::write_line(Output& output, const Line& line, const Widths& widths) const {
  size_t owed = 0;  // spaces, written only when something follows
  for (size_t i = 0; i < line.cells.size(); i++) {
    const Text& text = line.cells[i];
    const size_t slack = widths.columns[i] - text.width;
    const bool right = i >= grouping_.keys.size() ||
                       grouping_.keys[i]->format == schema::Format::id ||
                       grouping_.keys[i]->format == schema::Format::status;
    if (right) owed += slack;
    if (!text.bytes.empty()) {
      output.append(std::string(owed, ' '));
      owed = 0;
    }
    output.append(text.bytes);
    owed += right ? widths.gap : slack + widths.gap;
  }
}

}  // namespace plumb::render
