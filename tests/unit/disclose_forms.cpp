// Secrets by the form of what they stand in, and harmless text of nearly the same form.
#include <gtest/gtest.h>

#include <span>

#include "disclose_lines.h"

namespace plumb::test {
namespace {

void expect_masked(std::span<const Case> cases) {
  for (const auto& [said, shown] : cases) EXPECT_EQ(redacted(said), shown) << said;
}

void expect_shown(std::span<const char* const> lines) {
  for (const char* said : lines) EXPECT_EQ(redacted(said), said);
}

TEST(DiscloseForms, AnEscapedQuoteEndsNoValue) {
  constexpr Case masked[] = {
      {R"(curl|-d|{"password":"hun\"ter2","n":1})", R"(curl|-d|{"password":"***","n":1})"},
      {R"(curl|-d|{"password":"hunter2\\","n":1})", R"(curl|-d|{"password":"***","n":1})"},
      {R"(sh|-c|curl -d "{\"password\":\"hun\\\"ter2\",\"n\":1}" h)",
       R"(sh|-c|curl -d "{\"password\":\"***\",\"n\":1}" h)"},
      {R"(sh|-c|bash -c "curl -d \"{\\\"password\\\":\\\"hun\\\\\\\"ter2\\\",\\\"n\\\":1}\" h")",
       R"(sh|-c|bash -c "curl -d \"{\\\"password\\\":\\\"***\\\",\\\"n\\\":1}\" h")"},
      {R"(sh|-c|ssh h "curl -H \"X-Auth-Token: hunter2\" https://h/")",
       R"(sh|-c|ssh h "curl -H \"X-Auth-Token: ***\" https://h/")"},
      {R"(sh|-c|app --password "hun\"ter 2" --port 80)", "sh|-c|app --password *** --port 80"},
      {R"(sh|-c|env X_PASSWORD='hun'\''ter2' app)", "sh|-c|env X_PASSWORD='***' app"},
      {R"(sh|-c|env X_PASSWORD='hun'"'"'ter2' app)", "sh|-c|env X_PASSWORD='***' app"},
      {"mysql|-e|create user x set password = 'it''s me'; select 1",
       "mysql|-e|create user x set password = '***'; select 1"},
  };
  expect_masked(masked);
  constexpr const char* shown[] = {
      R"(curl|-d|{"password":"","n\"":"1"})",
      R"(sh|-c|curl -d "{\"password\":\"\",\"user\":\"ada\"}" h)",
      R"(sh|-c|echo "a\"b c" 'd\' e)",
      R"(sh|-c|ssh-keygen -t ed25519 -N "" -f k)",
  };
  expect_shown(shown);
}

}  // namespace
}  // namespace plumb::test
