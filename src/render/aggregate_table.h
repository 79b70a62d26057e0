// AggregateTable: groups and their statistics as aligned text, with histograms drawn under rows.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "query/aggregate.h"
#include "render/moment.h"
#include "render/output.h"
#include "render/style.h"
#include "schema/names.h"

namespace plumb::render {

class AggregateTable {
 public:
  // All must outlive it.
  AggregateTable(const schema::Event& event, const query::Grouping& grouping, schema::Names& names,
                 Moments& moments, TableStyle style);

  void add(const query::Row& row);
  // Returns how many lines that are.
  size_t write(Output& output) const;

 private:
  struct Text {
    std::string bytes;
    size_t width = 0;
  };
  struct Line {
    std::vector<Text> cells;
    std::string drawing;  // histograms, whole lines
  };
  Text key_text(const schema::Field& field, const schema::Record& record) const;
  void write_line(Output& output, const Line& line, const std::vector<size_t>& widths) const;

  const schema::Event& event_;
  const query::Grouping& grouping_;
  schema::Names& names_;
  Moments& moments_;
  TableStyle style_;
  std::vector<Line> lines_;  // the header first
};

}  // namespace plumb::render
