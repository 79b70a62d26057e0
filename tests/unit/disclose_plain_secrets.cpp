// Secrets that look like words: only what stands around them gives them away.
#include <gtest/gtest.h>

#include "disclose_lines.h"

namespace plumb::test::plain_secrets_test {
namespace {

constexpr Case masked[] = {
    // Names that are set.
    {"aws|configure|set|aws_secret_access_key|hunter2",
     "aws|configure|set|aws_secret_access_key|***"},
    {"aws|configure|set|--profile|x|aws_secret_access_key|hunter2",
     "aws|configure|set|--profile|x|aws_secret_access_key|***"},
    {"sh|-c|aws configure set aws_secret_access_key hunter2; ls x",
     "sh|-c|aws configure set aws_secret_access_key ***; ls x"},
    {"ssh|h|aws configure set aws_secret_access_key hunter2",
     "ssh|h|aws configure set aws_secret_access_key ***"},
    {"git|config|--global|github.token|hunter2", "git|config|--global|github.token|***"},
    {"npm|config|set|_authToken|hunter2", "npm|config|set|_authToken|***"},
    {"redis-cli|config|set|requirepass|hunter2", "redis-cli|config|set|requirepass|***"},
    {"redis-server|--requirepass|hunter2", "redis-server|--requirepass|***"},
    {"gh|secret|set|DEPLOY|--body|hunter2", "gh|secret|set|DEPLOY|--body|***"},
    // Schemes.
    {"x|Bearer hunter2", "x|Bearer ***"},
    {"x|bearer hunter2!", "x|bearer ***"},
    {"x|Bearer|hunter2", "x|Bearer|***"},
    {"x|X-Upstream: Bearer hunter", "x|X-Upstream: Bearer ***"},
    {"x|header=Bearer hunter", "x|header=Bearer ***"},
    {"sh|-c|grpcurl -H 'x: Bearer hunter' h:80", "sh|-c|grpcurl -H 'x: Bearer ***' h:80"},
    {"x|Basic YTpi", "x|Basic ***"},
    {"x|Basic hunter2", "x|Basic ***"},
    {"x|Token hunter2", "x|Token ***"},
    // Statements.
    {"psql|-c|alter role ada password 'hunter2'", "psql|-c|alter role ada password '***'"},
    {"x|CREATE USER ada WITH ENCRYPTED PASSWORD E'hun''ter2' LOGIN",
     "x|CREATE USER ada WITH ENCRYPTED PASSWORD E'***' LOGIN"},
    {"x|create user mapping for u server s options (user 'u', password 'hunter2')",
     "x|create user mapping for u server s options (user 'u', password '***')"},
    {"mysql|-e|create user 'ada'@'%' identified by 'hunter2', 'bob'@'%' identified by 'hunter3'",
     "mysql|-e|create user 'ada'@'%' identified by '***', 'bob'@'%' identified by '***'"},
    {"x|alter user ada identified with caching_sha2_password by 'hunter2'",
     "x|alter user ada identified with caching_sha2_password by '***'"},
    {"x|SET PASSWORD FOR ada = PASSWORD('hunter2')", "x|SET PASSWORD FOR ada = PASSWORD('***')"},
    {"sh|-c|psql -c \"alter role ada password 'hunter2'\" shop",
     "sh|-c|psql -c \"alter role ada password '***'\" shop"},
    {"x|alter role ada password 'hunter2", "x|alter role ada password '***"},
    // Short options of clients.
    {"mysql|-vphunter2|shop", "mysql|-vp***|shop"},
    {"mysql|-Nsphunter2|shop", "mysql|-Nsp***|shop"},
    {"mysql.exe|-phunter2", "mysql.exe|-p***"},
    {"C:\\mysql\\bin\\mysql.exe|-phunter2", "C:\\mysql\\bin\\mysql.exe|-p***"},
    {"mysql|-e|select 1; select 2|-phunter2", "mysql|-e|select 1; select 2|-p***"},
    {"sh|-c|mysql -e 'select 1; select 2' -phunter2", "sh|-c|mysql -e 'select 1; select 2' -p***"},
    {"curl|-sSuada:hunter2|h", "curl|-sSuada:***|h"},
    {"curl|-u|hunter2:|h", "curl|-u|***:|h"},
    {"zip|-rP|hunter2|a.zip|dir", "zip|-rP|***|a.zip|dir"},
    {"ldapsearch|-xw|hunter2|-b|dc=x", "ldapsearch|-xw|***|-b|dc=x"},
    // Values behind options.
    {"x|--password=|hunter2", "x|--password=|***"},
    {"x|--token|-hunter2", "x|--token|***"},
    {"x|--auth|u:hunter2", "x|--auth|u:***"},
    {"x|--auth=u:hunter2", "x|--auth=u:***"},
    {"ncat|--proxy-auth|u:hunter2|h|80", "ncat|--proxy-auth|u:***|h|80"},
    {"x|--token\nhunter2", "x|--token\n***"},
    {"x|--token hunter2 two", "x|--token ***"},
    {"x|/password:hunter2|/v", "x|/password:***|/v"},
    {"sh|-c|x.exe /user:ada /password:hunter2 /v", "sh|-c|x.exe /user:ada /password:*** /v"},
    // Lines of a script that go on.
    {"sh|-c|docker login --password \\\n  hunter2 r", "sh|-c|docker login --password \\\n  *** r"},
    {"sh|-c|docker login --password\\\n  hunter2 r", "sh|-c|docker login --password\\\n  *** r"},
    {"sh|-c|x --token \\\nhunter2", "sh|-c|x --token \\\n***"},
    {"sh|-c|export TOKEN=\\\nhunter2", "sh|-c|export TOKEN=\\\n***"},
    {"sh|-c|sshpass -p \\\n hunter2 ssh h", "sh|-c|sshpass -p \\\n *** ssh h"},
    {"sh|-c|curl h \\\n --user \\\n u:hunter2", "sh|-c|curl h \\\n --user \\\n u:***"},
    {"sh|-c|mysql \\\n -phunter2 x", "sh|-c|mysql \\\n -p*** x"},
    // Operands of clients.
    {"sqlplus|-S|scott/hunter2@db|@a/b.sql", "sqlplus|-S|scott/***@db|@a/b.sql"},
    {"sqlplus|scott/hunter2@//h:1521/s as sysdba", "sqlplus|scott/***@//h:1521/s as sysdba"},
    {"expdp|directory=a/b|scott/hunter2", "expdp|directory=a/b|scott/***"},
    {"expdp|userid=scott/hunter2@db|x=y", "expdp|userid=scott/***@db|x=y"},
    {"rman|target|sys/hunter2@db", "rman|target|sys/***@db"},
    {"su|oracle|-c|sqlplus scott/hunter2@db", "su|oracle|-c|sqlplus scott/***@db"},
    {"htpasswd|-b|f|u|hunter2", "htpasswd|-b|f|u|***"},
    {"htpasswd|-bBC|10|f|u|two words", "htpasswd|-bBC|10|f|u|***"},
    {"htpasswd|-nbB|u|hunter2", "htpasswd|-nbB|u|***"},
    {"vault|login|s.hunter", "vault|login|***"},
    {"vault|operator|unseal|hunter2", "vault|operator|unseal|***"},
    {"mysqladmin|-u|root|-pold|password|hunter2", "mysqladmin|-u|root|-p***|password|***"},
    {"rabbitmqctl|add_user|ada|hunter2", "rabbitmqctl|add_user|ada|***"},
    {"nmcli|dev|wifi|connect|home|password|hunter2", "nmcli|dev|wifi|connect|home|password|***"},
    // Assignments in brackets.
    {"python3|-c|os.environ['SECRET']='hunter2'", "python3|-c|os.environ['SECRET']='***'"},
    {"python3|-c|e[\"TOKEN\"] = \"hunter2\"; f()", "python3|-c|e[\"TOKEN\"] = \"***\"; f()"},
    {"perl|-e|$ENV{SECRET}='hunter2'", "perl|-e|$ENV{SECRET}='***'"},
    {"curl|-d|user[password]=hunter2&x=1", "curl|-d|user[password]=***&x=1"},
    // Web addresses with a token for the user.
    {"git|clone|https://hunter2@github.com/a/b", "git|clone|https://***@github.com/a/b"},
    {"git|clone|https://hunter2@h:8443/a/b", "git|clone|https://***@h:8443/a/b"},
    {"git|clone|https://hunter2:x-oauth-basic@h/a", "git|clone|https://***:x-oauth-basic@h/a"},
    {"pip|install|git+https://hunter2@h/a", "pip|install|git+https://***@h/a"},
};

constexpr const char* shown_as_they_are[] = {
    // What a secret's name does not make one.
    "x|--no-password|next",
    "x|--without-token|next",
    "x|--ask-password|next",
    "docker|login|--password-stdin|r.example",
    "gpg|--passphrase-fd|0|-d|f",
    "psql|--password|-h|db|-Uada|-p5433",
    "x|--token|-v|--next",
    "x|--use-token|-verbose",
    "x|--password=|--user=ada",
    "x|--auth|basic|--auth|https://h:443/",
    "x|--auth-file|a:b",
    "git|config|credential.helper|store",
    "git|config|--global|user.name|ada",
    "git|add|config|secret|x",
    "kubectl|config|set-credentials|ada",
    "kubectl|config|use-context|token-cluster",
    "kubectl|get|secret|db-secret|other-secret",
    "docker|config|create|my_token|file",
    "docker|secret|ls",
    "sh|-c|set -e; cp secret copy",
    "sh|-c|set -e\ncp secret copy",
    "git|commit|-m|config: set access_token in tests",
    "git|commit|-m|the Bearer of news, Basic usage and Token types",
    "x|Basic usage",
    "x|Basic HTML",
    "x|Token refresh",
    "x|Bearer of news",
    "sqlplus|/nolog",
    "sqlplus|/ as sysdba",
    "sqlplus|scott@//h:1521/s|@a/b.sql",
    "vault|login|-method=userpass|username=ada",
    "vault|kv|get|secret/app",
    "htpasswd|-c|f|u",
    "htpasswd|-n|u",
    "mysql|-upop|-hpi|-Dshop|shop",
    "mysql|-vp|shop",
    "curl|-fsSLo|/tmp/u:x|https://h/",
    "sh|-c|mysqldump shop | ssh -p2222 h 'cat > f'",
    "ls|/tmp/token:x/y",
    "docker|run|-v|/secret:/run/secret|-u|app:app|img",
    "sh|-c|a[$key]=b; echo ${a[key]}",
    "ssh|ssh://git@host:22/a",
    "git|clone|git@github.com:a/b",
    "git|clone|ssh://ada@host/a",
    "git|clone|https://git@github.com/a/b",
    "psql|postgres://ada:@localhost/db",
    "svn|co|svn+ssh://ada@host/a",
    // Builds, virtual machines, containers: they run by the thousand.
    "gcc|-Wall|-DKEYS=4|-I../password|-o|test_token|test_token.c|-lsecret",
    "gcc|-c|auth.c|-o|auth.o|-MD|-MF|auth.o.d|-pthread|-pipe",
    "cc1|-quiet|-dumpbase|token.c|-auxbase-strip|token.o|-o|/tmp/ccAbC12x.s",
    "ld|-plugin|/usr/lib/liblto_plugin.so|-dynamic-linker|/lib64/ld-linux-x86-64.so.2|-z|relro",
    "cmake|-E|cmake_autogen|config|Debug|set",
    "java|-cp|/opt/a.jar:/opt/b.jar|-Xmx4g|-Djava.security.auth.login.config=/etc/jaas.conf|a.Main",
    "javac|-d|out|src/Token.java|src/Secret.java|src/Password.java",
    "docker|run|-it|--rm|--network|host|-e|LANG=C|-w|/app|node:20|npm|run|config",
    "docker|exec|-u|1000:1000|web|bash|-lc|ls /run/secrets",
    "docker|build|--build-arg|A=1|--secret-file|x|-t|r.example:5000/a/b:1|.",
    "git|log|--format=%H %an: %s|--author=ada|--|src/token.cpp|src/secret.cpp",
    "git|commit|-m|disclose: mask the password of mysql -p",
    "git|remote|set-url|origin|git@github.com:a/b.git",
    "ssh|-o|StrictHostKeyChecking=no|-i|/root/.ssh/id_rsa|-L|8080:db:80|ada@h|uptime; df -h",
    "ssh|-J|ada@gate:2222|h|tail -f /var/log/auth.log",
    "rsync|-avzP|--delete|src/|ada@h:/srv/secret/",
    "systemctl|set-property|x.service|CPUQuota=20%",
};

TEST(DisclosePlainSecrets, AreMaskedByWhatStandsAroundThem) {
  for (const auto& [said, shown] : masked) EXPECT_EQ(redacted(said), shown) << said;
}

TEST(DisclosePlainSecrets, OrdinaryWordsStay) {
  for (const char* said : shown_as_they_are) EXPECT_EQ(redacted(said), said);
}

std::string redacted_path(const std::string& path) {
  const Event event = EventMaker("open").text("path").take();
  RecordMaker maker(event);
  maker.tail("path", path);
  disclose::Disclosure disclosure(disclose::Mode::redact, {});
  return std::string(disclosure.apply(maker.record()).text(event.fields[0]));
}

TEST(DisclosePlainSecrets, APathShowsNoneThatArgumentsWouldNot) {
  EXPECT_EQ(redacted_path("/tmp/TOKEN=hunter2"), "/tmp/TOKEN=***");
  EXPECT_EQ(redacted_path("/srv/glpat-"
                          "abcdefghijkl34567890/x"),
            "/srv/***/x");
  EXPECT_EQ(redacted_path("https://ada:hunter2@h/x"), "https://ada:***@h/x");
  for (const char* path :
       {"/etc/passwd", "/home/ada/.aws/credentials", "/proc/self/task/7/status", "secret token",
        "/nix/store/0c6kzph7l0dcbfmjap64f0czdafn3b7x-gcc-12.3.0/lib/gcc", "/run/secrets/password",
        "/sys/devices/pci0000:00/0000:00:1f.2/ata1", "/tmp/q7Rk2VxT9pLw4ZsB8nYc/f", "--token x",
        "/var/lib/docker/overlay2/4f66ad9a2b1c/merged", "/data/year=2024/key=5", "/tmp/a b: c=d"})
    EXPECT_EQ(redacted_path(path), path);
}

}  // namespace
}  // namespace plumb::test::plain_secrets_test
