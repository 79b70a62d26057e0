#include "disclose/siphash.h"

#include <sys/random.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace plumb::disclose {
namespace {

struct State {
  uint64_t a, b, c, d;

  void round() {
    a += b;
    b = std::rotl(b, 13) ^ a;
    a = std::rotl(a, 32);
    c += d;
    d = std::rotl(d, 16) ^ c;
    a += d;
    d = std::rotl(d, 21) ^ a;
    c += b;
    b = std::rotl(b, 17) ^ c;
    c = std::rotl(c, 32);
  }

  void absorb(uint64_t word) {
    d ^= word;
    round();
    round();
    a ^= word;
  }
};

static_assert(std::endian::native == std::endian::little, "SipHash reads little-endian words");

}  // namespace

HashKey random_key() {
  HashKey key;
  // 16 bytes never come short once the source is seeded; a guessable key must not be used.
  if (getrandom(key.data(), sizeof(key), 0) != sizeof(key)) std::abort();
  return key;
}

uint64_t siphash(const HashKey& key, std::string_view bytes) {
  State state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
              key[1] ^ 0x7465646279746573};
  const uint64_t size = bytes.size();
  while (bytes.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof(word));
    state.absorb(word);
    bytes.remove_prefix(8);
  }
  uint64_t last = 0;
  std::memcpy(&last, bytes.data(), bytes.size());
  state.absorb(last | size << 56);
  state.c ^= 0xff;
  for (int i = 0; i < 4; i++) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace plumb::disclose
