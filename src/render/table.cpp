#include "render/table.h"

#include <algorithm>
#include <array>

#include "render/kept_stack.h"
#include "render/pen.h"

namespace plumb::render {
namespace {

constexpr uint32_t weight_width = 6;
// Of tracers: longer ones push their rows where the terminal is narrow.
constexpr uint32_t tight_name = 8;

// Most cells and gaps are shorter than the call of a function takes that copies any number of
// bytes.
constexpr uint32_t usual_gap = 32;

template <typename Word>
void put_ends(char* at, std::string_view bytes) {
  Word first, last;
  std::memcpy(&first, bytes.data(), sizeof(Word));
  std::memcpy(&last, bytes.data() + bytes.size() - sizeof(Word), sizeof(Word));
  std::memcpy(at, &first, sizeof(Word));
  std::memcpy(at + bytes.size() - sizeof(Word), &last, sizeof(Word));
}

char* put(char* at, std::string_view bytes) {
  if (bytes.size() > 16)
    std::memcpy(at, bytes.data(), bytes.size());
  else if (bytes.size() >= 8)
    put_ends<uint64_t>(at, bytes);
  else if (bytes.size() >= 4)
    put_ends<uint32_t>(at, bytes);
  else
    for (size_t i = 0; i < bytes.size(); i++) at[i] = bytes[i];
  return at + bytes.size();
}

// Needs room for usual_gap more than it returns.
char* pad(char* at, uint32_t from, uint32_t to) {
  std::memset(at, ' ', usual_gap);
  if (to - from > usual_gap) [[unlikely]]
    std::memset(at, ' ', to - from);
  return at + (to - from);
}

// A column before the fields' own.
Column lead_column(std::string header, uint32_t width) {
  return {.header = std::move(header), .width = width, .least = width, .tight = width};
}

}  // namespace

Table::Table(Output& output, schema::Clock clock, TableStyle style, StackFormat stacks)
    : output_(output), moments_(clock), style_(style), stacks_(stacks) {}

void Table::begin(const schema::Event& event, const query::Plan& plan) {
  Tracer tracer{.event = &event, .streams = !plan.grouping.has_value(), .weighted = plan.weighted};
  for (const schema::Field* field : plan.columns) {
    if (!field->read) continue;
    (field->format == schema::Format::stack ? tracer.stacks : tracer.fields).push_back(field);
  }
  for (const schema::Field* field : plan.asides) {
    if (field->read) tracer.asides.push_back(field);
  }
  tracers_.push_back(std::move(tracer));
}

void Table::ensure_headers() {
  if (headers_done_) return;
  headers_done_ = true;
  const auto streaming = std::count_if(tracers_.begin(), tracers_.end(),
                                       [](const Tracer& tracer) { return tracer.streams; });
  size_t longest = 0;
  for (const Tracer& tracer : tracers_) longest = std::max(longest, tracer.event->name.size());
  const auto name_width = static_cast<uint32_t>(longest);
  for (Tracer& tracer : tracers_) {
    if (!tracer.streams) continue;
    std::vector<Column> lead;
    tracer.named = streaming > 1;
    if (tracer.named) {
      lead.push_back(lead_column(tracer.event->name, name_width));
      lead.back().tight = std::min(name_width, tight_name);
    }
    lead.push_back(lead_column("TIME", Moments::time_of_day_size));
    if (tracer.weighted) {
      lead.push_back(lead_column("WEIGHT", weight_width));
      lead.back().right = true;
    }
    tracer.columns = lay_out(std::move(lead), tracer.fields, style_.terminal);
    for (Column& column : tracer.columns)
      for (const schema::Field* aside : tracer.asides)
        if (column.field && aside->beside == column.field->path) column.aside = aside;
    header(tracer);
  }
}

void Table::header(const Tracer& tracer) {
  if (style_.color) output_.append(bold_ink);
  uint32_t reached = 0;
  for (const Column& column : tracer.columns)
    reached = short_cell(column, column.header, false, reached);
  if (style_.color) output_.append(no_ink);
  output_.append("\n");
}

const Table::Tracer& Table::tracer_of(const schema::Record& record) {
  if (tracers_[last_].event != record.event) {
    for (size_t i = 0; i < tracers_.size(); i++) {
      if (tracers_[i].event == record.event) last_ = i;
    }
  }
  return tracers_[last_];
}

void Table::event(const schema::Record& record, const query::Plan&, schema::Names& names) {
  ensure_headers();
  const Tracer& tracer = tracer_of(record);
  uint32_t reached = 0;
  auto column = tracer.columns.begin();
  if (tracer.named) reached = short_cell(*column++, tracer.event->name, false, reached);
  NumberRoom room;
  const char* end = moments_.put_time_of_day(room.data(), moments_.of_record(record.time));
  const std::string_view time(room.data(), static_cast<size_t>(end - room.data()));
  reached = short_cell(*column++, time, false, reached);
  if (tracer.weighted) {
    const char* digits = put_unsigned(room.data(), record.weight);
    reached = short_cell(*column++, {room.data(), static_cast<size_t>(digits - room.data())}, false,
                         reached);
  }
  for (; column != tracer.columns.end(); ++column) {
    Cell cell = cell_of(*column->field, record, names, moments_, room);
    PairRoom pair;
    if (column->aside) cell = with_aside(cell, *column->field, *column->aside, record, pair);
    reached = cell.trust == Trust::ascii ? short_cell(*column, cell.bytes, cell.bad, reached)
                                         : text_cell(*column, cell, reached);
  }
  output_.append("\n");
  for (const schema::Field* stack : tracer.stacks)
    output_.append(stack_lines(names.name(stack->format, record.bits(*stack)), stack->heading,
                               style_.terminal));
}

uint32_t Table::short_cell(const Column& column, std::string_view ascii, bool red,
                           uint32_t reached) {
  if (ascii.empty()) return reached;
  const auto width = static_cast<uint32_t>(ascii.size());
  const uint32_t begin = place(column, reached, width);
  char* at = output_.reserve(begin - reached + usual_gap + width + red_ink.size() + no_ink.size());
  at = pad(at, reached, begin);
  if (red && style_.color) at = put(at, red_ink);
  at = put(at, ascii);
  if (red && style_.color) at = put(at, no_ink);
  output_.commit(at);
  return begin + width;
}

uint32_t Table::text_cell(const Column& column, const Cell& cell, uint32_t reached) {
  if (cell.bytes.empty() && !cell.cut) return reached;
  const uint32_t begin = place(column, reached, 0);
  const bool limited = style_.terminal > 0 && column.cuttable;
  const size_t limit = !limited ? SIZE_MAX : column.end > begin ? column.end - begin : 1;
  char* at = output_.reserve(begin - reached + usual_gap + Pen::room(cell.bytes.size()));
  Pen pen(pad(at, reached, begin), limit);
  if (cell.trust == Trust::list)
    pen.words(cell.bytes);
  else if (!cell.cut && column.field->privacy == schema::Privacy::path)
    pen.text_end(cell.bytes);  // a path says most at its end
  else
    pen.text(cell.bytes);
  if (cell.cut) pen.more();
  output_.commit(pen.end());
  return begin + static_cast<uint32_t>(pen.width());
}

void Table::aggregate(const schema::Event& event, const query::Plan& plan,
                      const std::vector<query::Row>& rows, const Interval& interval,
                      schema::Names& names) {
  const bool so_far = interval.kind == Interval::Kind::so_far;
  if (is_by_stack(*plan.grouping)) return profile(event, plan, rows, interval, names);
  ensure_headers();
  erase_what_was_so_far(interval);
  if (so_far) output_.append(no_wrap);
  std::string before = aggregated_ ? "\n" : "";
  aggregated_ = true;
  if (const std::string text = title(event, interval); !text.empty()) before += text + "\n";
  output_.append(before);
  AggregateTable table(event, *plan.grouping, names, moments_, style_);
  for (const query::Row& row : rows) table.add(row);
  const size_t lines = table.write(output_);
  if (!so_far) return;
  output_.append(wrap);
  so_far_lines_ += lines + static_cast<size_t>(std::ranges::count(before, '\n'));
  so_far_end_ = interval.end;
}

// A page or a file of another program's is alone in its file.
void Table::profile(const schema::Event& event, const query::Plan& plan,
                    const std::vector<query::Row>& rows, const Interval& interval,
                    schema::Names& names) {
  if (interval.kind == Interval::Kind::so_far) return;  // it has more lines than a terminal
  const Profile profile = profile_of(event, *plan.grouping, rows, names, moments_);
  if (stacks_ == StackFormat::tree) {
    std::string before = aggregated_ ? "\n" : "";
    aggregated_ = true;
    if (const std::string text = title(event, interval); !text.empty()) before += text + "\n";
    output_.append(before);
  }
  const auto before = before_.find(event.name);
  output_.append(
      show_profile(profile, stacks_, style_, before == before_.end() ? nullptr : &before->second));
}

// The aggregates of one moment stay; those of the next begin where they began.
void Table::erase_what_was_so_far(const Interval& interval) {
  if (so_far_lines_ == 0 || interval.end == so_far_end_) return;
  output_.append("\x1b[" + std::to_string(so_far_lines_) + "F\x1b[J");
  so_far_lines_ = 0;
  aggregated_ = false;
}

// All aggregates together leave the last line to the cursor, and each has a header of two lines and
// an (other).
uint32_t Table::room() const {
  constexpr uint32_t around = 5, least = 3;
  const auto share = style_.lines / static_cast<uint32_t>(tracers_.size());
  return share > around + least ? share - around : least;
}

// What tells this aggregate from the others of the run.
std::string Table::title(const schema::Event& event, const Interval& interval) {
  std::string text = tracers_.size() > 1 ? event.name : "";
  if (interval.kind == Interval::Kind::repeated) {
    std::array<char, Moments::time_of_day_size> time{};
    moments_.put_time_of_day(time.data(), moments_.of_record(interval.end));
    text += text.empty() ? "" : "  ";
    text.append(time.data(), time.size());
  }
  return text;
}

void Table::lost(std::string_view tracer, std::string_view reason, uint64_t count) {
  if (stacks_ != StackFormat::tree) return;  // the closing line tells it
  ensure_headers();
  so_far_lines_ = 0;  // a loss stays where it was told
  NumberRoom digits;
  const char* end = put_grouped(digits.data(), count);
  if (style_.color) output_.append(red_ink);
  output_.append("lost ");
  output_.append({digits.data(), static_cast<size_t>(end - digits.data())});
  output_.append(" ");
  output_.append(tracer);
  output_.append(count == 1 ? " event: " : " events: ");
  output_.append(reason);
  if (style_.color) output_.append(no_ink);
  output_.append("\n");
}

void Table::budget(const BudgetStep& step) {
  ensure_headers();
  so_far_lines_ = 0;  // it stays where it was told, as a loss does
  if (style_.color) output_.append(red_ink);
  output_.append(sentence_of(step));
  if (style_.color) output_.append(no_ink);
  output_.append("\n");
}

Result<> Table::flush() {
  ensure_headers();
  return output_.flush();
}

}  // namespace plumb::render
