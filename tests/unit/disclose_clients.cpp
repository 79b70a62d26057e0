// Programs whose short options or operands carry a secret.
#include <gtest/gtest.h>

#include "disclose_lines.h"

namespace plumb::test::clients_test {
namespace {

constexpr Case masked[] = {
    {"mysqlsh|-uroot|-phunter2|--sql", "mysqlsh|-uroot|-p***|--sql"},
    {"mariadb-import|-phunter2|shop", "mariadb-import|-p***|shop"},
    {"mycli|-p|hunter2|shop", "mycli|-p|***|shop"},
    {"mongoexport|-p|hunter2", "mongoexport|-p|***"},
    {"cqlsh|-u|ada|-p|hunter2|h", "cqlsh|-u|ada|-p|***|h"},
    {"tsql|-S|h|-P|hunter2", "tsql|-S|h|-P|***"},
    {"az|login|-u|ada|-p|hunter2", "az|login|-u|ada|-p|***"},
    {"az|keyvault|secret|set|--name|n|--value|hunter2",
     "az|keyvault|secret|set|--name|n|--value|***"},
    {"helm|registry|login|-u|ada|-p|hunter2|r", "helm|registry|login|-u|ada|-p|***|r"},
    {"helm|registry|login|--password|hunter2", "helm|registry|login|--password|***"},
    {"skopeo|login|-p|hunter2|r", "skopeo|login|-p|***|r"},
    {"oc|login|-u|ada|-p|hunter2|https://h", "oc|login|-u|ada|-p|***|https://h"},
    {"kubectl|create|secret|generic|db|--from-literal=x=hunter2|--from-literal|y=hunter3",
     "kubectl|create|secret|generic|db|--from-literal=x=***|--from-literal|y=***"},
    {"cargo|login|hunter2", "cargo|login|***"},
    {"twine|upload|-u|ada|-p|hunter2|dist/a", "twine|upload|-u|ada|-p|***|dist/a"},
    // A second secret, and what is named like one.
    {"ipmitool|-H|h|-P|hunter2|chassis|status", "ipmitool|-H|h|-P|***|chassis|status"},
    {"ipmitool|-H|h|-P|hunter2|user|set|password|2|hunter3",
     "ipmitool|-H|h|-P|***|user|set|password|2|***"},
    {"snmpwalk|-v3|-u|ada|-a|SHA|-A|hunter2|-x|AES|-X|hunter3|h|.1",
     "snmpwalk|-v3|-u|ada|-a|SHA|-A|***|-x|AES|-X|***|h|.1"},
    {"snmpget|-v2c|-c|hunter2|h|sysDescr.0", "snmpget|-v2c|-c|***|h|sysDescr.0"},
    {"xfreerdp|/v:h|/p:hunter2|/gp:hunter3", "xfreerdp|/v:h|/p:***|/gp:***"},
    {"net|ads|join|-U|ada%hunter2", "net|ads|join|-U|ada%***"},
    {"ldappasswd|-w|hunter2|-s|hunter3|cn=x", "ldappasswd|-w|***|-s|***|cn=x"},
    {"radtest|ada|hunter2|h|0|hunter3", "radtest|ada|***|h|0|***"},
    {"ssh-keygen|-t|ed25519|-N|hunter2|-f|k", "ssh-keygen|-t|ed25519|-N|***|-f|k"},
    {"openssl|aes-256-cbc|-salt|-k|hunter2", "openssl|aes-256-cbc|-salt|-k|***"},
    {"openssl|dgst|-hmac|hunter2|f", "openssl|dgst|-hmac|***|f"},
    {"unrar|x|-phunter2|a.rar", "unrar|x|-p***|a.rar"},
    {"pdftotext|-upw|hunter2|a.pdf", "pdftotext|-upw|***|a.pdf"},
    {"curl|--cert|c.pem:hunter2|https://h/", "curl|--cert|c.pem:***|https://h/"},
    {"plink|-pw|hunter2|ada@h", "plink|-pw|***|ada@h"},
    {"etcdctl|--user|root:hunter2|user|add|ada:hunter3",
     "etcdctl|--user|root:***|user|add|ada:***"},
    {"mc|alias|set|m|https://h|AK|hunter2", "mc|alias|set|m|https://h|AK|***"},
    {"sshpass|-p|hunter2|ssh|-p|2222|h", "sshpass|-p|***|ssh|-p|2222|h"},
};

constexpr const char* shown_as_they_are[] = {
    "podman|run|-p|80:80|img",
    "oc|process|-p|A=b",
    "az|vm|create|-n|p|--size|s",
    "helm|upgrade|-i|p|./chart",
    "kubectl|create|configmap|c|--from-literal=x=y",
    "snmpwalk|-v2c|-Cc|-On|h",
    "ssh-keygen|-N||-f|k",
    "ssh-keygen|-lf|k.pub",
    "curl|--cert|c.pem|-E|c.pem|https://h/",
    "ipmitool|-I|lanplus|-H|h|sdr|list",
    "openssl|s_client|-connect|h:443",
    "rar|x|a.rar",
    "net|ads|info",
    "mc|ls|m/b",
    "cargo|build|--release|-p|x",
};

TEST(DiscloseClients, TakeSecrets) {
  for (const auto& [said, shown] : masked) EXPECT_EQ(redacted(said), shown) << said;
}

TEST(DiscloseClients, TakeOtherThings) {
  for (const char* said : shown_as_they_are) EXPECT_EQ(redacted(said), said);
}

}  // namespace
}  // namespace plumb::test::clients_test
