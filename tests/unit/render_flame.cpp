// The page of a flame graph: what is in it. What a browser makes of it is tested in
// tests/profiles/page.
#include "render/flame.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "render_profiles.h"

namespace plumb::test {
namespace {

using render::flame_page;

size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) count++;
  return count;
}

std::string data_of(const std::string& page) {
  const std::string begin = R"(<script type="application/json" id="profile">)";
  const size_t at = page.find(begin) + begin.size();
  return page.substr(at, page.find("</script>", at) - at);
}

TEST(RenderFlame, IsOnePageThatAsksNobody) {
  const std::string page = flame_page(service_profile());
  EXPECT_NE(page.find(R"(content="default-src 'none'; style-src 'unsafe-inline'; )"
                      R"(script-src 'unsafe-inline'")"),
            page.npos);
  EXPECT_EQ(count_of(page, "://"), 0u);
  EXPECT_EQ(count_of(page, "@"), 1u) << "a part is missing";  // @media
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(RenderFlame, HasTheCallsInPreorder) {
  const Stack one = stack_of({python("f", "/a.py", 3), native("read", "libc.so.6")});
  const Stack other = stack_of({python("f", "/a.py", 4)});
  const Profile profile{"t", "ns", 0, {{one, {"a 1"}, 5}, {other, {"a 1"}, 2}}};
  const Profile before{"u", "ns", 0, {{one, {"a 1"}, 1}, {{}, {"b"}, 9}}};
  EXPECT_EQ(nlohmann::json::parse(data_of(flame_page(profile, &before))), nlohmann::json::parse(R"(
    {"title": "t", "before": "u", "unit": "ns",
     "names": [["total", 0, "", ""], ["a 1", 0, "", ""], ["f", 4, "", "/a.py"],
               ["read", 3, "libc.so.6", ""], ["b", 0, "", ""]],
     "calls": [0, 0, 0, 0, 0,  1, 1, 0, 0, 0,  2, 2, -3, 2, 0,  3, 3, 0, 5, 1,  1, 4, 0, 0, 9]})"));
}

TEST(RenderFlame, NoNameEndsItsElement) {
  const std::string plain = flame_page({}), page = flame_page(hostile_profile());
  for (const char* mark : {"</script", "<!--", "<script"})
    EXPECT_EQ(count_of(page, mark), count_of(plain, mark)) << mark;
  const auto data = nlohmann::json::parse(data_of(page));
  EXPECT_EQ(data["title"].get<std::string>().substr(0, 16), "</script><!--\"';");
  EXPECT_EQ(data["calls"].size(), 16u * 4);
}

}  // namespace
}  // namespace plumb::test
