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
  // Once, at the end. Returns how many lines that are.
  size_t write(Output& output);

 private:
  struct Text {
    std::string bytes;
    size_t width = 0;
  };
  struct Line {
    std::string key = {};  // as in query::Row
    std::vector<Text> cells;
    std::string drawing;  // histograms, whole lines
  };
  Text key_text(const schema::Field& field, std::string_view key, size_t limit) const;
  struct Widths {
    size_t gap = 0;  // between columns
    std::vector<size_t> columns;
    size_t row = 0;
  };
  Widths measure(size_t gap) const;
  void fold_headers();
  void cut_keys(Widths& widths);
  Widths fit();
  void write_line(Output& output, const Line& line, const Widths& widths) const;

  const schema::Event& event_;
  const query::Grouping& grouping_;
  schema::Names& names_;
  Moments& moments_;
  TableStyle style_;
  std::vector<Line> lines_;  // the header first
  size_t headers_ = 1;       // lines of it: two where one would be wider than the terminal
};

}  // namespace plumb::render
