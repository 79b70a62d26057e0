#include <gtest/gtest.h>

#include <algorithm>

#include "probe/library_folders.h"

namespace plumb::probe::folders_test {
namespace {

using Words = std::vector<std::string>;

TEST(LibraryFolders, TheTextOfAConfiguration) {
  const auto read = parse_loader_configuration(
      "# comment\n/usr/local/lib # with one\n\n  /opt/a b\t\r\ninclude /etc/x/*.conf\n"
      "include\t y\nincluded/path\nhwcap 1 nosegneg\ninclude\n/last");
  EXPECT_EQ(read.folders, (Words{"/usr/local/lib", "/opt/a b", "/last"}));
  EXPECT_EQ(read.includes, (Words{"/etc/x/*.conf", "y"}));
}

TEST(LibraryFolders, OfNothing) {
  const auto read = parse_loader_configuration("");
  EXPECT_TRUE(read.folders.empty() && read.includes.empty());
}

TEST(LibraryFolders, TheUsualOnesAreAmongThem) {
  const Words folders = library_folders();
  EXPECT_NE(std::ranges::find(folders, "/usr/lib"), folders.end());
}

}  // namespace
}  // namespace plumb::probe::folders_test
