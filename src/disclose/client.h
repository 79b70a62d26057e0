// Clients: programs whose short options carry a secret.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace plumb::disclose {

struct ClientFlag {
  enum class Takes : uint8_t { attached, next, either };  // -pSECRET, -p SECRET

  std::string_view client;
  std::string_view flag;
  Takes takes = Takes::either;
  char after = '\0';              // only what follows the first of these is secret: user:SECRET
  std::string_view command = {};  // only after this word: docker login
};

// The flags of the program that a word names, by its last path component; empty for others.
std::span<const ClientFlag> client_flags(std::string_view word);

}  // namespace plumb::disclose
