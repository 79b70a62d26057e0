#include <gtest/gtest.h>

#include <vector>

#include "render/coverage.h"

namespace plumb::render {
namespace {

std::vector<Covered> rows() {
  return {{7, "app", "", "uprobe:libx:f", "/lib/libx.so", 1, 1, ""},
          {4000, "a\x1b[31m", "shop/web", "uprobe:libx:f", "/srv/\xff.so", 0, 0, "no function 'f'"},
          {4001, "app", "", "uprobe:libx:*", "/lib/libx.so", 3, 1, "0x10: the kernel does not"}};
}

TEST(Coverage, ATable) {
  const std::string table = coverage_table(rows());
  EXPECT_NE(table.find(" PID  COMM"), table.npos) << table;
  EXPECT_NE(table.find("\n   7  app"), table.npos) << table;
  EXPECT_NE(table.find("attached\n"), table.npos) << table;
  EXPECT_NE(table.find("  not attached: no function 'f'\n"), table.npos) << table;
  EXPECT_NE(table.find("  attached at 1 of 3 places: 0x10: the kernel does not\n"), table.npos)
      << table;
  EXPECT_EQ(table.find('\x1b'), table.npos) << "a name moves the cursor";
  EXPECT_EQ(table.find('\xff'), table.npos) << "not UTF-8";
}

TEST(Coverage, ObjectsAndLines) {
  const std::string lines = coverage_lines(rows());
  EXPECT_EQ(lines.substr(0, lines.find('\n')),
            R"({"pid":7,"comm":"app","container":"","probe":"uprobe:libx:f","file":"/lib/libx.so",)"
            R"("sites":1,"reached":1,"reason":""})");
  EXPECT_NE(lines.find(R"("file_escaped":true)"), lines.npos) << lines;
}

TEST(Coverage, OfNothing) {
  EXPECT_EQ(coverage_table({}), "");
  EXPECT_EQ(coverage_lines({}), "");
}

}  // namespace
}  // namespace plumb::render
