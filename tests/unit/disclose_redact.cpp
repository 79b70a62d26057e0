// Command lines as people and programs really write them.
#include <gtest/gtest.h>

#include "disclose_lines.h"

namespace plumb::test::redact_test {
namespace {

// Written in two halves: tokens that look real are refused by those who host repositories.
#define HALVES(a, b) a b

constexpr Case masked[] = {
    {"psql|--password=hunter2", "psql|--password=***"},
    {"app|--password=two words here", "app|--password=***"},
    {"app|--db-password|hunter2|--port|80", "app|--db-password|***|--port|80"},
    {"app|--token|abc", "app|--token|***"},
    {"app|-token|abc|-v", "app|-token|***|-v"},
    {"vault|login|--token=s.1234", "vault|login|--token=***"},
    {"app|--api-key=12ab", "app|--api-key=***"},
    {"app|--apikey|12ab", "app|--apikey|***"},
    {"app|--client-secret=abc", "app|--client-secret=***"},
    {"app|--clientSecret=abc", "app|--clientSecret=***"},
    {"java|-Dspring.datasource.password=pw|-jar|a.jar",
     "java|-Dspring.datasource.password=***|-jar|a.jar"},
    {"mysql|-uroot|-phunter2|shop", "mysql|-uroot|-p***|shop"},
    {"/usr/bin/mysqldump|-u|root|-phunter2|shop", "/usr/bin/mysqldump|-u|root|-p***|shop"},
    {"mysqladmin|-pa b|ping", "mysqladmin|-p***|ping"},
    {"sudo|mysql|-phunter2", "sudo|mysql|-p***"},
    {"mariadb|-phunter2", "mariadb|-p***"},
    {"sshpass|-p|hunter2|ssh|-p|2222|host", "sshpass|-p|***|ssh|-p|2222|host"},
    {"sshpass|-phunter2|ssh|host", "sshpass|-p***|ssh|host"},
    {"redis-cli|-h|cache|-a|hunter2|ping", "redis-cli|-h|cache|-a|***|ping"},
    {"redis-cli|-ahunter2|ping", "redis-cli|-a***|ping"},
    {"mosquitto_pub|-P|hunter2|-t|x", "mosquitto_pub|-P|***|-t|x"},
    {"openssl|enc|-k|hunter2|-in|f", "openssl|enc|-k|***|-in|f"},
    {"curl|--oauth2-bearer|abc|https://h/", "curl|--oauth2-bearer|***|https://h/"},
    {"curl|-b|sid=hunter2|https://h/", "curl|-b|sid=***|https://h/"},
    {"curl|-u|ada:hunter2|https://h/", "curl|-u|ada:***|https://h/"},
    {"curl|-uada:hunter2|https://h/", "curl|-uada:***|https://h/"},
    {"curl|-sSu|ada:hunter2|https://h/", "curl|-sSu|ada:***|https://h/"},
    {"curl|--user|ada:hunter2|h", "curl|--user|ada:***|h"},
    {"curl|--user=ada:hunter2|h", "curl|--user=ada:***|h"},
    {"curl|-H|Authorization: Bearer abc.def|h", "curl|-H|Authorization: ***|h"},
    {"curl|-H|authorization:Basic YTpi|h", "curl|-H|authorization:***|h"},
    {"curl|-HProxy-Authorization: Basic YTpi|h", "curl|-HProxy-Authorization: ***|h"},
    {"curl|-H|X-Api-Key: abc def|h", "curl|-H|X-Api-Key: ***|h"},
    {"curl|-H|X-Vault-Token: s.1|h", "curl|-H|X-Vault-Token: ***|h"},
    {"curl|-H|Cookie: session=1; a=2|h", "curl|-H|Cookie: ***|h"},
    {"curl|-d|{\"user\":\"ada\",\"password\":\"hunter2\",\"n\":1}",
     "curl|-d|{\"user\":\"ada\",\"password\":\"***\",\"n\":1}"},
    {"curl|-d|{\"token\": \"hunter2\"}", "curl|-d|{\"token\": \"***\"}"},
    {"curl|https://h/a?token=hunter2&x=1", "curl|https://h/a?token=***&x=1"},
    {"git|clone|https://ada:hunter2@h.example/r.git", "git|clone|https://ada:***@h.example/r.git"},
    {"git|clone|https://ada:hun/ter2@h.example/r.git", "git|clone|https://ada:***@h.example/r.git"},
    {"git|clone|https://ada:hun@ter2@h.example/r", "git|clone|https://ada:***@h.example/r"},
    {"app|redis://:hunter2@cache:6379/0", "app|redis://:***@cache:6379/0"},
    {"psql|postgresql://ada:hunter2@db/shop?sslmode=require",
     "psql|postgresql://ada:***@db/shop?sslmode=require"},
    {"psql|host=db user=ada password=hunter2 dbname=shop",
     "psql|host=db user=ada password=*** dbname=shop"},
    {"psql|host=db password='hunter two' dbname=shop", "psql|host=db password='***' dbname=shop"},
    {"app|Server=db;Uid=ada;Pwd=hunter2;Timeout=5", "app|Server=db;Uid=ada;Pwd=***;Timeout=5"},
    {"mount|-t|cifs|-o|username=ada,password=hunter2,vers=3.0|//s/x|/mnt",
     "mount|-t|cifs|-o|username=ada,password=***,vers=3.0|//s/x|/mnt"},
    {"env|GITHUB_TOKEN=abc|make", "env|GITHUB_TOKEN=***|make"},
    {"env|AWS_SECRET_ACCESS_KEY=abc|aws", "env|AWS_SECRET_ACCESS_KEY=***|aws"},
    {"env|API_KEY=abc", "env|API_KEY=***"},
    {"env|MYSQL_PWD=hunter2", "env|MYSQL_PWD=***"},
    {"env|PGPASSWORD=hunter2|psql", "env|PGPASSWORD=***|psql"},
    {"env|DB_PASSWD=hunter2", "env|DB_PASSWD=***"},
    {"env|GOOGLE_CREDENTIALS=abc", "env|GOOGLE_CREDENTIALS=***"},
    {"docker|run|-e|SECRET=abc|img", "docker|run|-e|SECRET=***|img"},
    {"docker|login|-u|ada|-p|hunter2|r.example", "docker|login|-u|ada|-p|***|r.example"},
    {"sh|-c|PGPASSWORD=hunter2 psql -h db", "sh|-c|PGPASSWORD=*** psql -h db"},
    {"sh|-c|mysql -uroot -phunter2 shop", "sh|-c|mysql -uroot -p*** shop"},
    {"sh|-c|mysql -uroot -p'hunter two' shop", "sh|-c|mysql -uroot -p*** shop"},
    {"bash|-lc|cd /x && curl -u ada:hunter2 https://h/ | jq .",
     "bash|-lc|cd /x && curl -u ada:*** https://h/ | jq ."},
    {"sh|-c|curl -H 'Authorization: Bearer abc' https://h/",
     "sh|-c|curl -H 'Authorization: ***' https://h/"},
    {"sh|-c|curl -H \"X-Auth-Token: abc\" https://h/",
     "sh|-c|curl -H \"X-Auth-Token: ***\" https://h/"},
    {"sh|-c|app --password \"a b\" --port 80", "sh|-c|app --password *** --port 80"},
    {"ssh|h|sh -c 'mysql -phunter2 shop'", "ssh|h|sh -c 'mysql -p*** shop'"},
    {"aws|configure|set|x|" HALVES("AKIA", "IOSFODNN7EXAMPLE"), "aws|configure|set|x|***"},
    {"echo|" HALVES("ASIA", "IOSFODNN7EXAMPLE") "|x", "echo|***|x"},
    {"gh|auth|" HALVES("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"), "gh|auth|***"},
    {"gh|x=" HALVES("gho_", "abcdefghijklmnopqrstuvwxyz0123456789"), "gh|x=***"},
    {"gh|" HALVES("github_pat_", "11ABCDEFG0abcdefghijkl_mnopqrst"), "gh|***"},
    {"git|clone|https://" HALVES("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789") "@github.com/a/b",
     "git|clone|https://***@github.com/a/b"},
    {"slack|" HALVES("xoxb-", "123456789012-abcdefghijkl"), "slack|***"},
    {"slack|" HALVES("xoxp-", "123456789012-abcdefghijkl"), "slack|***"},
    {"llm|" HALVES("sk-", "proj-abcdefghijklmnop1234567890"), "llm|***"},
    {"jwt|eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "jwt|***"},
    {"app|-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----\n",
     "app|-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\n"},
    {"aws|wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws|***"},
    {"app|Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MA==", "app|***"},
    {"app|q7Rk2VxT9pLw4ZsB8nYc", "app|***"},
    {"openssl|rsa|-passin|pass:hunter2|-in|k.pem", "openssl|rsa|-passin|pass:***|-in|k.pem"},
    {"gpg|--batch|--passphrase|hunter2|-c|f", "gpg|--batch|--passphrase|***|-c|f"},
    {"ldapsearch|-D|cn=x|-w|hunter2", "ldapsearch|-D|cn=x|-w|***"},
    {"smbclient|//s/x|-U|ada%hunter2", "smbclient|//s/x|-U|ada%***"},
    {"7z|x|-phunter2|a.7z", "7z|x|-p***|a.7z"},
    {"app|--password=hunter22|--again|hunter22", "app|--password=***|--again|***"},
};

constexpr const char* shown_as_they_are[] = {
    "gcc|-c|-O2|foo.c|-o|foo.o",
    "ls|-la|/home/ada/Documents",
    "MONKEY=banana",
    "env|KEYBOARD=de|KEYMAP=us|TURKEY=1",
    "env|PWD=/home/ada|OLDPWD=/",
    "sort|--key=2,2|file",
    "sort|-k|2",
    "ffmpeg|-pass|1|-i|a.mp4",
    "curl|--key|client.pem|--cert|client.crt|https://h/",
    "curl|--key|/etc/ssl/private/client|https://h/",
    "kubelet|--tls-private-key-file=/var/lib/k.key",
    "app|--token-file|/run/secrets/token",
    "app|--token-file=/run/secrets/token",
    "app|--password-file=/run/secrets/pw",
    "env|AWS_ACCESS_KEY_ID_FILE=/x",
    "aws|kms|decrypt|--key-id|alias/prod",
    "dynamo|--primary-key=id|--sort-key=at",
    "llm|--max-tokens=4096|--max-tokens|100",
    "ssh|-p|2222|ada@host",
    "docker|run|-p|8080:80|-v|/run/secret:/run/secret|nginx:1.25",
    "docker|run|--rm|registry.example:5000/team/token:latest",
    "mysql|-h|db|-P|3306|-p|shop",
    "curl|http://localhost:8080/health",
    "curl|-fsSL|https://example.org/a@b/c",
    "curl|-u|ada|https://h/",
    "git|checkout|0123456789abcdef0123456789abcdef01234567",
    "docker|exec|4f66ad9a2b1c|sh",
    "docker|inspect|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "md5sum|d41d8cd98f00b204e9800998ecf8427e",
    "blkid|-U|3e6be9de-8139-11d1-9106-a43f08d823a6",
    "/nix/store/0c6kzph7l0dcbfmjap64f0czdafn3b7x-gcc-12.3.0/bin/gcc|-v",
    "cc1plus|-iprefix|/usr/lib/gcc/x86_64-linux-gnu/12/|-D_GNU_SOURCE|-std=gnu++20",
    "/usr/lib/gcc/x86_64-linux-gnu/12/collect2|-plugin-opt=-pass-through=-lgcc",
    "java|-XX:+UseG1GC|-XX:MaxRAMPercentage=75.0|org.example.ThisIsALongClassName2",
    "cmake|-DCMAKE_BUILD_TYPE=RelWithDebInfo|-DCMAKE_INSTALL_PREFIX=/usr/local",
    "make|CMakeFiles/plumb_render_checked.dir/src/render/JsonAggregate2.cpp.o",
    "kubectl|get|pod|nginx-deployment-66b6c48dd5-7jv8p|-o|yaml",
    "systemd-run|--unit=my-Very-Long-Unit-Name-Number-2024",
    "python3|-c|print({'key': 1})",
    "c++filt|std::token::type",
    "awk|-F:|{print $1}|/etc/passwd",
    "sh|-c|for f in *.c; do gcc -c \"$f\" || exit 1; done",
    "chrome|--type=renderer|--lang=en-US|--field-trial-handle=1718379636,r,262144",
    "apt-get|install|-y|libssl-dev|apt-transport-https",
    "passwd|ada",
    "date|+%Y-%m-%dT%H:%M:%S",
    "app|--use-token=true|--no-password",
    "rsync|-az|--password-file|/etc/rsync.pw|host::module",
    "skopeo|copy|docker://alpine:3|dir:/tmp/x",
    "ssh-keygen|-t|ed25519|-f|/root/.ssh/id_ed25519",
    "",
};

TEST(DiscloseRedact, MasksWhatLooksSecret) {
  for (const auto& [said, shown] : masked) EXPECT_EQ(redacted(said), shown) << said;
}

TEST(DiscloseRedact, LeavesTheRestAlone) {
  for (const char* said : shown_as_they_are) EXPECT_EQ(redacted(said), said);
}

TEST(DiscloseRedact, MasksTheBeginningOfASecretThatWasCut) {
  EXPECT_EQ(redacted(HALVES("aws|AKIA", "IOS"), 100), "aws|***");
  EXPECT_EQ(redacted("git|clone|https://ada:hunt", 100), "git|clone|https://ada:***");
  EXPECT_EQ(redacted("git|clone|https://host:80", 100), "git|clone|https://host:80");
  EXPECT_EQ(redacted(HALVES("app|xK9vQ2", "mZ7"), 100), "app|***");
  EXPECT_EQ(redacted(HALVES("app|xK9vQ2", "mZ7|last"), 100), HALVES("app|xK9vQ2", "mZ7|last"));
}

TEST(DiscloseRedact, KeepsThatAListWasCut) {
  const Event event = EventMaker("exec").list("args").take();
  RecordMaker maker(event);
  maker.list("args", {"app", "--password=hunter2"}, 50);
  disclose::Disclosure disclosure(disclose::Mode::redact, {});
  const schema::Record record = disclosure.apply(maker.record());
  EXPECT_TRUE(record.cut(event.fields[0]));
  EXPECT_EQ(record.tail(event.fields[0]).whole, std::string("app--password=***").size() + 2 + 50);
}

}  // namespace
}  // namespace plumb::test::redact_test
