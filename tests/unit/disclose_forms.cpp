// Secrets by the form of what they stand in, and harmless text of nearly the same form.
#include <gtest/gtest.h>

#include <span>

#include "disclose_lines.h"

namespace plumb::test::forms_test {
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

TEST(DiscloseForms, ALoginNeedsNoScheme) {
  constexpr Case masked[] = {
      {"curl|ada:hunter2@h.example|ada:word@h.example/path",
       "curl|ada:***@h.example|ada:***@h.example/path"},
      {"app|ada:word@db:3306|ada:word@10.0.0.1|ada:word@localhost",
       "app|ada:***@db:3306|ada:***@10.0.0.1|ada:***@localhost"},
      {"env|http_proxy=ada:word@proxy:3128|x", "env|http_proxy=ada:***@proxy:3128|x"},
      {"curl|-xada:hunter2@proxy:3128", "curl|-xada:***@proxy:3128"},
      {"psexec.py|CORP/ada:hunter2@10.0.0.1|CORP\\ada:Pa@ss!@dc",
       "psexec.py|CORP/ada:***@10.0.0.1|CORP\\ada:***@dc"},
      {"app|ada:hun@ter2@tcp(127.0.0.1:3306)/shop", "app|ada:***@tcp(127.0.0.1:3306)/shop"},
      {"app|a:word@h1:27017,b:word@h2:27017/db", "app|a:***@h1:27017,b:***@h2:27017/db"},
      {"sh|-c|curl -s ada:hunter2@h/x -o f", "sh|-c|curl -s ada:***@h/x -o f"},
  };
  expect_masked(masked);
  constexpr const char* shown[] = {
      "git|clone|git@github.com:a/b1",
      "scp|ada@h1:/a/b1|h2:dir/x1|h:a/b@2x.png",
      "rsync|-a|ada@h::mod/x1|/d",
      "ssh|-L|8080:host:80|a@b|-L8080:db1:80",
      "ssh|-J|ada@gate:2222,bob@h:22|h",
      "docker|run|nginx:1.25@sha256:"
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "docker|run|r.example:5000/a/b:v1@sha256:12345678901234567890123456789012",
      "mvn|exec:java@run1|com.example:a1:1.0@aar",
      "npm|install|x@npm:react@17|npm:react17@latest",
      "gcloud|--member=serviceAccount:sa1@p.iam.gserviceaccount.com|--member=user:ada2@h.example",
      "mail|mailto:ada1@h.example|ada1@h.example",
      "ld|fun1:pthread_create@@GLIBC_2.2.5",
      "sed|-e|s:a@b1:c@d1:g|-e|s@a:b1@c@",
      "git|show|HEAD:src/a1@b|main:x@{1}",
      "java|jdbc:oracle:thin:@h:1521/x",
      "redis-cli|--cluster|create|127.0.0.1:6379@16379|r1:7000@17000",
      "curl|https://h/a:b1@c/d|http://h:80/@x",
      "sh|-c|curl ${U}:${P}@h/x",
  };
  expect_shown(shown);
}

TEST(DiscloseForms, ANameMayBeWrittenTogether) {
  constexpr Case masked[] = {
      {"env|SSHKEY=hunter2|DEPLOYKEY=hunter2|APIKEY=hunter2|x",
       "env|SSHKEY=***|DEPLOYKEY=***|APIKEY=***|x"},
      {"app|--signingkey|hunter2|--authkey=hunter2", "app|--signingkey|***|--authkey=***"},
      {"env|DBPASS=hunter2|ROOTPWD=hunter2", "env|DBPASS=***|ROOTPWD=***"},
      {"keytool|-storepass|123456|-keypass|changeit|-keystore|a.jks",
       "keytool|-storepass|***|-keypass|***|-keystore|a.jks"},
  };
  expect_masked(masked);
  constexpr const char* shown[] = {
      "env|MONKEY=a|HOTKEY=b|KEYBOARD=c|TURNKEY=d|keypress=e|DONKEY=f|WHISKEY=g|KEYMAP=us",
      "env|BYPASS=a|COMPASS=b|TRESPASS=c|OLDPWD=/x|PASSAGE=d",
      "env|SSHKEY=/root/.ssh/id|DEPLOYKEY=deploy.pem",
      "app|--hotkey|ctrl|--sshkey|~/.ssh/id_rsa",
      "ssh|-o|HostKeyAlgorithms=+ssh-rsa|-o|PubkeyAcceptedKeyTypes=+ssh-rsa|h",
  };
  expect_shown(shown);
}

}  // namespace
}  // namespace plumb::test::forms_test
