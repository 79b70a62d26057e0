// Clients: programs whose short options or operands carry a secret.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace plumb::disclose {

struct ClientFlag {
  enum class Takes : uint8_t { attached, next, either, operand };  // -pSECRET, -p SECRET

  std::string_view client;
  std::string_view flag;  // of an operand: only with this option
  Takes takes = Takes::either;
  char after = '\0';              // only what follows the first of these is secret: user:SECRET
  std::string_view command = {};  // only after this word: docker login
  std::string_view cluster = {};  // options without values that may precede it: -vpSECRET
  uint8_t place = 1;              // of an operand: counted from the client or its command
  bool runs = false;  // behind it comes another program, whose options these are not: sshpass
};

// The flags of the program that a word names, by its last path component without .exe; empty for
// others.
std::span<const ClientFlag> client_flags(std::string_view word);

}  // namespace plumb::disclose
