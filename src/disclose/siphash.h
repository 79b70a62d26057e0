// SipHash-2-4: a keyed hash whose outputs tell nothing about inputs without the key
// (Aumasson and Bernstein, 2012).
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace plumb::disclose {

using HashKey = std::array<uint64_t, 2>;

// A key that nobody else has, from the kernel's random source.
HashKey random_key();

uint64_t siphash(const HashKey& key, std::string_view bytes);

}  // namespace plumb::disclose
