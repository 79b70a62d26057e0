// Table: events as lines for people, and aggregates with their distributions drawn.
#pragma once
#include <string>
#include <vector>

#include "render/aggregate_table.h"
#include "render/cell.h"
#include "render/layout.h"
#include "render/moment.h"
#include "render/output.h"
#include "render/profile_taker.h"
#include "render/sink.h"
#include "render/stack_groups.h"

namespace plumb::render {

class Table : public Sink {
 public:
  // `output` must outlive it. `stacks`: the form of groups by stack.
  Table(Output& output, schema::Clock clock, TableStyle style,
        StackFormat stacks = StackFormat::tree);

  void begin(const schema::Event& event, const query::Plan& plan) override;
  void event(const schema::Record& record, const query::Plan& plan, schema::Names& names) override;
  void aggregate(const schema::Event& event, const query::Plan& plan,
                 const std::vector<query::Row>& rows, const Interval& interval,
                 schema::Names& names) override;
  // Groups by stack are shown beside these.
  void compare_with(Profiles before) { before_ = std::move(before); }
  void lost(std::string_view tracer, std::string_view reason, uint64_t count) override;
  void budget(const BudgetStep& step) override;
  Result<> flush() override;
  uint32_t room() const override;

 private:
  struct Tracer {
    const schema::Event* event = nullptr;
    bool streams = true;  // shows events, not aggregates
    bool named = false;   // rows begin with the tracer's name
    bool weighted = false;
    std::vector<const schema::Field*> fields{};
    std::vector<const schema::Field*> asides{};
    std::vector<const schema::Field*> stacks{};  // below each row
    std::vector<Column> columns{};
  };

  // Column headers need all tracers, so they are written with whatever comes first after begin.
  void ensure_headers();
  void header(const Tracer& tracer);
  void profile(const schema::Event& event, const query::Plan& plan,
               const std::vector<query::Row>& rows, const Interval& interval, schema::Names& names);
  std::string title(const schema::Event& event, const Interval& interval);
  void erase_what_was_so_far(const Interval& interval);
  const Tracer& tracer_of(const schema::Record& record);
  // Both write a cell of a row that has reached this screen column, and return where it ends.
  uint32_t short_cell(const Column& column, std::string_view ascii, bool red, uint32_t reached);
  uint32_t text_cell(const Column& column, const Cell& cell, uint32_t reached);

  Output& output_;
  Moments moments_;
  TableStyle style_;
  StackFormat stacks_;
  Profiles before_;
  bool headers_done_ = false;
  bool aggregated_ = false;  // an aggregate was shown before: leave a line between
  // What the next moment's aggregates take the place of: so many lines of the terminal, of this
  // moment.
  size_t so_far_lines_ = 0;
  uint64_t so_far_end_ = 0;
  std::vector<Tracer> tracers_;
  size_t last_ = 0;  // index of the tracer of the last event
};

}  // namespace plumb::render
