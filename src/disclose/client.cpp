#include "disclose/client.h"

#include <algorithm>
#include <array>

namespace plumb::disclose {
namespace {

using Takes = ClientFlag::Takes;

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
    ClientFlag{"curl", "-U", Takes::either, ':'},
    ClientFlag{"curl", "-b", Takes::either, '='},
    ClientFlag{"curl", "-u", Takes::either, ':'},
    ClientFlag{"docker", "-p", Takes::either, '\0', "login"},
    ClientFlag{"http", "--auth", Takes::next, ':'},
    ClientFlag{"http", "-a", Takes::either, ':'},
    ClientFlag{"https", "--auth", Takes::next, ':'},
    ClientFlag{"https", "-a", Takes::either, ':'},
    ClientFlag{"ldapadd", "-w"},
    ClientFlag{"ldapdelete", "-w"},
    ClientFlag{"ldapmodify", "-w"},
    ClientFlag{"ldapsearch", "-w"},
    ClientFlag{"ldapwhoami", "-w"},
    ClientFlag{"lftp", "-u", Takes::next, ','},
    ClientFlag{"mariadb", "-p", Takes::attached},
    ClientFlag{"mariadb-admin", "-p", Takes::attached},
    ClientFlag{"mariadb-dump", "-p", Takes::attached},
    ClientFlag{"mongo", "-p"},
    ClientFlag{"mongodump", "-p"},
    ClientFlag{"mongorestore", "-p"},
    ClientFlag{"mongosh", "-p"},
    ClientFlag{"mosquitto_pub", "-P"},
    ClientFlag{"mosquitto_sub", "-P"},
    ClientFlag{"mysql", "-p", Takes::attached},
    ClientFlag{"mysqladmin", "-p", Takes::attached},
    ClientFlag{"mysqlbinlog", "-p", Takes::attached},
    ClientFlag{"mysqlcheck", "-p", Takes::attached},
    ClientFlag{"mysqldump", "-p", Takes::attached},
    ClientFlag{"mysqlimport", "-p", Takes::attached},
    ClientFlag{"mysqlpump", "-p", Takes::attached},
    ClientFlag{"mysqlshow", "-p", Takes::attached},
    ClientFlag{"openssl", "-k", Takes::next, '\0', "enc"},
    ClientFlag{"podman", "-p", Takes::either, '\0', "login"},
    ClientFlag{"redis-cli", "-a"},
    ClientFlag{"rpcclient", "-U", Takes::either, '%'},
    ClientFlag{"smbclient", "-U", Takes::either, '%'},
    ClientFlag{"sqlcmd", "-P"},
    ClientFlag{"sshpass", "-p"},
    ClientFlag{"unzip", "-P"},
    ClientFlag{"useradd", "-p"},
    ClientFlag{"usermod", "-p"},
    ClientFlag{"valkey-cli", "-a"},
    ClientFlag{"xfreerdp", "/p:", Takes::attached},
    ClientFlag{"zip", "-P"},
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
  // Of a long word only as much as shows that its last component is longer than any client's name.
  word.remove_prefix(word.size() - std::min(word.size(), longest_client + 1));
  word.remove_prefix(word.rfind('/') + 1);
  if (word.empty() || !may_be_client[fingerprint(word)]) return {};
  const auto [first, last] = std::equal_range(flags.begin(), flags.end(), word, ByClient{});
  return {first, last};
}

}  // namespace plumb::disclose
