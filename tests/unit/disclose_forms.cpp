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

TEST(DiscloseForms, AValueOfAConnectionStringGoesToItsSemicolon) {
  constexpr Case masked[] = {
      {"app|Server=db;User Id=sa;Password=hunt er2x;Timeout=5",
       "app|Server=db;User Id=sa;Password=***;Timeout=5"},
      {"app|--conn|Server=db;User Id=sa;Password=hunt er2x",
       "app|--conn|Server=db;User Id=sa;Password=***"},
      {"app|Db=Server=db; User Id=sa; Pwd=hunt er2x; Encrypt=true",
       "app|Db=Server=db; User Id=sa; Pwd=***; Encrypt=true"},
      {"app|Server=db;Password=\"hunt;er 2x\";Timeout=5",
       "app|Server=db;Password=\"***\";Timeout=5"},
      {"app|Server=db;Password='it''s;me';Timeout=5", "app|Server=db;Password='***';Timeout=5"},
      {"app|Data Source=\"a;b\";Password=hunt er2x", "app|Data Source=\"a;b\";Password=***"},
      {"app|jdbc:sqlserver://h:1433;user=sa;password=hunt er2x;encrypt=true",
       "app|jdbc:sqlserver://h:1433;user=sa;password=***;encrypt=true"},
      {"app|{\"Db\":\"Server=db;Password=hunt er2x\",\"x\":\"y\"}",
       "app|{\"Db\":\"Server=db;Password=***\",\"x\":\"y\"}"},
      {R"(sh|-c|app "{\"Db\":\"Server=db;Password=hunt er2x\",\"x\":\"y\"}" z)",
       R"(sh|-c|app "{\"Db\":\"Server=db;Password=***\",\"x\":\"y\"}" z)"},
      {"sh|-c|app 'Server=db;Password=hunt er2x;' x", "sh|-c|app 'Server=db;Password=***;' x"},
      {"sh|-c|app 'Password=hunt er2x;Server=db' x", "sh|-c|app 'Password=***;Server=db' x"},
      // Of a shell's assignments only the value.
      {"ssh|h|A=1; TOKEN=hunter2 make all", "ssh|h|A=1; TOKEN=*** make all"},
      {"sh|-c|ssh h 'TOKEN=hunter2 make; B=1 x'", "sh|-c|ssh h 'TOKEN=*** make; B=1 x'"},
      {"sh|-c|FOO=1; TOKEN=hunter2 make all", "sh|-c|FOO=1; TOKEN=*** make all"},
      {"sh|-c|x=\"a\";B=1;TOKEN=hunter2 make all", "sh|-c|x=\"a\";B=1;TOKEN=*** make all"},
  };
  expect_masked(masked);
  constexpr const char* shown[] = {
      "app|Server=db;Initial Catalog=my shop;User Id=sa;Timeout=5",
      "app|a=1;MONKEY=x y;b=2",
      "bash|-c|A=1; B=2;C=3 make; echo \"D=4;E=5 f\"",
  };
  expect_shown(shown);
}

TEST(DiscloseForms, ADoubledSignAssignsAtTheBeginningOfAnArgument) {
  constexpr Case masked[] = {
      {"app|--password==hunter2", "app|--password==***"},
      {"app|--token==1.0", "app|--token==***"},
      {"env|KEY==hunter2|TOKEN==hunter2|x", "env|KEY==***|TOKEN==***|x"},
      {"http|h.example|token==hunter2", "http|h.example|token==***"},
      {"sh|-c|app --password==hunter2 -v; export TOKEN==hunter2 x",
       "sh|-c|app --password==*** -v; export TOKEN==*** x"},
  };
  expect_masked(masked);
  constexpr const char* shown[] = {
      "pip|install|token==1.0|secret-sauce==2.1|passwd==3.*|token-utils==1.0.dev3",
      "sh|-c|pip install 'token==1.0,<2' secret==2.1.post1",
      "[|hunter|==|y|]",
      "sh|-c|[ $token == y ] && [ \"$KEY\" == x ] && [[ $token==y ]] && [ \"$token\"==\"y\" ]",
      "awk|-F,|$1==key {print}",
      "awk|key==last {n++} {last=key}",
      "awk|NR==1 && key==\"x\" {print $2}",
      "python3|-c|if token==other and key == 'x': pass",
      "kubectl|get|pods|-l|app=x,token==y",
      "git|commit|-m|a token==other is no secret",
      "node|-e|if (password===other) f()",
  };
  expect_shown(shown);
}

}  // namespace
}  // namespace plumb::test
