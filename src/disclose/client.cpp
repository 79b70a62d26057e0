#include "disclose/client.h"

#include <algorithm>
#include <array>

namespace plumb::disclose {
namespace {

using Takes = ClientFlag::Takes;

// The short options without values that all programs of a family agree on.
constexpr std::string_view curl = "#0123456afgGiIjJklLnNOpqRsSvVZ";
constexpr std::string_view ldap = "cCLMnvxZ";
constexpr std::string_view mysql = "ABCEFfgHLNnqstVvX";
constexpr std::string_view unzip = "aCjLnoqtuv";
constexpr std::string_view zip = "0123456789DeFfjlmoqrTuvXy";

// Sorted by client.
constexpr std::array flags = {
    ClientFlag{"7z", "-p", Takes::attached},
    ClientFlag{"7za", "-p", Takes::attached},
    ClientFlag{"7zz", "-p", Takes::attached},
    ClientFlag{"bcp", "-P"},
    ClientFlag{"curl", "--cookie", Takes::next, '='},
    ClientFlag{"curl", "--oauth2-bearer", Takes::next},
    ClientFlag{"curl", "--proxy-user", Takes::next, ':'},
    ClientFlag{"curl", "--user", Takes::next, ':'},
    ClientFlag{"curl", "-U", Takes::either, ':', {}, curl},
    ClientFlag{"curl", "-b", Takes::either, '=', {}, curl},
    ClientFlag{"curl", "-u", Takes::either, ':', {}, curl},
    ClientFlag{"docker", "-p", Takes::either, '\0', "login"},
    ClientFlag{"expdp", "", Takes::operand, '/'},
    ClientFlag{"expdp", "userid=", Takes::attached, '/'},
    ClientFlag{"gh", "--body", Takes::either, '\0', "secret"},
    ClientFlag{"gh", "-b", Takes::either, '\0', "secret"},
    ClientFlag{"htpasswd", "-b", Takes::operand, '\0', {}, {}, 3},
    ClientFlag{"htpasswd", "-n", Takes::operand, '\0', {}, {}, 2},
    ClientFlag{"http", "--auth", Takes::next, ':'},
    ClientFlag{"http", "-a", Takes::either, ':'},
    ClientFlag{"https", "--auth", Takes::next, ':'},
    ClientFlag{"https", "-a", Takes::either, ':'},
    ClientFlag{"impdp", "", Takes::operand, '/'},
    ClientFlag{"impdp", "userid=", Takes::attached, '/'},
    ClientFlag{"ldapadd", "-w", Takes::either, '\0', {}, ldap},
    ClientFlag{"ldapdelete", "-w", Takes::either, '\0', {}, ldap},
    ClientFlag{"ldapmodify", "-w", Takes::either, '\0', {}, ldap},
    ClientFlag{"ldapsearch", "-w", Takes::either, '\0', {}, ldap},
    ClientFlag{"ldapwhoami", "-w", Takes::either, '\0', {}, ldap},
    ClientFlag{"lftp", "-u", Takes::next, ','},
    ClientFlag{"mariadb", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mariadb-admin", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mariadb-admin", "", Takes::operand, '\0', "password"},
    ClientFlag{"mariadb-dump", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mongo", "-p"},
    ClientFlag{"mongodump", "-p"},
    ClientFlag{"mongorestore", "-p"},
    ClientFlag{"mongosh", "-p"},
    ClientFlag{"mosquitto_pub", "-P"},
    ClientFlag{"mosquitto_sub", "-P"},
    ClientFlag{"mysql", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mysqladmin", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mysqladmin", "", Takes::operand, '\0', "password"},
    ClientFlag{"mysqlbinlog", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mysqlcheck", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mysqldump", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mysqlimport", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mysqlpump", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"mysqlshow", "-p", Takes::attached, '\0', {}, mysql},
    ClientFlag{"nmcli", "password", Takes::next},
    ClientFlag{"nmcli", "wifi-sec.psk", Takes::next},
    ClientFlag{"openssl", "-k", Takes::next, '\0', "enc"},
    ClientFlag{"openssl", "", Takes::operand, '\0', "passwd"},
    ClientFlag{"openssl", "", Takes::operand, '\0', "passwd", {}, 2},
    ClientFlag{"podman", "-p", Takes::either, '\0', "login"},
    ClientFlag{"rabbitmqctl", "", Takes::operand, '\0', "add_user", {}, 2},
    ClientFlag{"rabbitmqctl", "", Takes::operand, '\0', "change_password", {}, 2},
    ClientFlag{"redis-cli", "-a"},
    ClientFlag{"rman", "target", Takes::next, '/'},
    ClientFlag{"rpcclient", "-U", Takes::either, '%'},
    ClientFlag{"smbclient", "-U", Takes::either, '%'},
    ClientFlag{"sqlcmd", "-P"},
    ClientFlag{"sqlldr", "", Takes::operand, '/'},
    ClientFlag{"sqlldr", "userid=", Takes::attached, '/'},
    ClientFlag{"sqlplus", "", Takes::operand, '/'},
    ClientFlag{"sshpass", "-p"},
    ClientFlag{"unzip", "-P", Takes::either, '\0', {}, unzip},
    ClientFlag{"useradd", "-p"},
    ClientFlag{"usermod", "-p"},
    ClientFlag{"valkey-cli", "-a"},
    ClientFlag{"vault", "", Takes::operand, '\0', "login"},
    ClientFlag{"vault", "", Takes::operand, '\0', "unseal"},
    ClientFlag{"vault", "", Takes::operand, '\0', "unwrap"},
    ClientFlag{"wpa_passphrase", "", Takes::operand, '\0', {}, {}, 2},
    ClientFlag{"xfreerdp", "/p:", Takes::attached},
    ClientFlag{"zip", "-P", Takes::either, '\0', {}, zip},
};
static_assert(std::is_sorted(flags.begin(), flags.end(),
                             [](const auto& a, const auto& b) { return a.client < b.client; }));

constexpr size_t longest_client =
    std::max_element(flags.begin(), flags.end(), [](const auto& a, const auto& b) {
      return a.client.size() < b.client.size();
    }) -> client.size();

constexpr size_t fingerprints = 1024;
constexpr size_t fingerprint(std::string_view name) {
  const auto first = static_cast<uint8_t>(name.front());
  const auto last = static_cast<uint8_t>(name.back());
  return (first * 37u + last * 5u + name.size()) % fingerprints;
}
// Nearly every word of every command is no client: one look rejects it.
constexpr std::array<bool, fingerprints> may_be_client = [] {
  std::array<bool, fingerprints> result{};
  for (const ClientFlag& flag : flags) result[fingerprint(flag.client)] = true;
  return result;
}();

struct ByClient {
  bool operator()(const ClientFlag& flag, std::string_view name) const {
    return flag.client < name;
  }
  bool operator()(std::string_view name, const ClientFlag& flag) const {
    return name < flag.client;
  }
};

}  // namespace

std::span<const ClientFlag> client_flags(std::string_view word) {
  constexpr std::string_view program = ".exe";
  const bool windows = word.ends_with(program);
  if (windows) word.remove_suffix(program.size());
  // Of a long word only as much as shows that its last component is longer than any client's name.
  word.remove_prefix(word.size() - std::min(word.size(), longest_client + 1));
  word.remove_prefix((windows ? word.find_last_of("/\\") : word.rfind('/')) + 1);
  if (word.empty() || !may_be_client[fingerprint(word)]) return {};
  const auto [first, last] = std::equal_range(flags.begin(), flags.end(), word, ByClient{});
  return {first, last};
}

}  // namespace plumb::disclose
