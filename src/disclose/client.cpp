#include "disclose/client.h"

#include "disclose/client_table.h"

namespace plumb::disclose {
namespace {

using clients::aliases;
using clients::flags;

constexpr size_t longest_client = [] {
  size_t longest = 0;
  for (const auto& flag : flags) longest = std::max(longest, flag.client.size());
  for (const auto& alias : aliases) longest = std::max(longest, alias.program.size());
  return longest;
}();

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
  for (const auto& alias : aliases) result[fingerprint(alias.program)] = true;
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
  const auto alias =
      std::lower_bound(aliases.begin(), aliases.end(), word,
                       [](const auto& a, std::string_view name) { return a.program < name; });
  if (alias != aliases.end() && alias->program == word) word = alias->client;
  const auto [first, last] = std::equal_range(flags.begin(), flags.end(), word, ByClient{});
  return {first, last};
}

}  // namespace plumb::disclose
