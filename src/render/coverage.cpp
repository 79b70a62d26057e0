#include "render/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "render/json_text.h"
#include "render/text_cell.h"

namespace plumb::render {
namespace {

std::string state_of(const Covered& row) {
  const std::string reason = row.reason.empty() ? "" : ": " + row.reason;
  if (row.reached == row.sites && row.sites != 0) return "attached" + reason;
  if (row.reached == 0) return "not attached" + reason;
  return fmt::format("attached at {} of {} places{}", row.reached, row.sites, reason);
}

using Cells = std::array<TextCell, 5>;  // what is behind has no width of its own

Cells cells_of(const Covered& row) {
  return {text_cell(fmt::format("{}", row.pid)), text_cell(row.comm),
          text_cell(row.container.empty() ? "-" : row.container), text_cell(row.probe),
          text_cell(row.file)};
}

}  // namespace

std::string coverage_table(std::span<const Covered> rows) {
  if (rows.empty()) return {};
  std::vector<Cells> table = {{text_cell("PID"), text_cell("COMM"), text_cell("CONTAINER"),
                               text_cell("PROBE"), text_cell("FILE")}};
  for (const Covered& row : rows) table.push_back(cells_of(row));
  std::array<size_t, 5> widths{};
  for (const Cells& cells : table)
    for (size_t i = 0; i < cells.size(); i++) widths[i] = std::max(widths[i], cells[i].width);
  std::string lines;
  for (size_t row = 0; row < table.size(); row++) {
    for (size_t i = 0; i < widths.size(); i++) {
      const std::string pad(widths[i] - table[row][i].width, ' ');
      lines += i == 0 ? pad + table[row][i].text : "  " + table[row][i].text + pad;
    }
    lines += "  " + (row == 0 ? "STATE" : text_cell(state_of(rows[row - 1])).text) + "\n";
  }
  return lines;
}

std::string coverage_lines(std::span<const Covered> rows) {
  std::string lines;
  for (const Covered& row : rows)
    lines +=
        fmt::format(R"({{"pid":{},{},{},{},{},"sites":{},"reached":{},{}}})"
                    "\n",
                    row.pid, json_member("comm", row.comm), json_member("container", row.container),
                    json_member("probe", row.probe), json_member("file", row.file), row.sites,
                    row.reached, json_member("reason", row.reason));
  return lines;
}

}  // namespace plumb::render
