#include <bit>

#include "query/aggregate.h"

namespace plumb::query {
namespace {

constexpr size_t exact_values = 8;  // and buckets per power of two above

}  // namespace

size_t bucket_of(uint64_t value) {
  if (value < exact_values) return value;
  const auto power = static_cast<size_t>(std::bit_width(value) - 1);
  return ((power - 2) << 3) + (value >> (power - 3) & 7);
}

uint64_t bucket_floor(size_t bucket) {
  if (bucket < exact_values) return bucket;
  return (exact_values + (bucket & 7)) << ((bucket >> 3) - 1);
}

uint64_t bucket_middle(size_t bucket) {
  if (bucket < exact_values) return bucket;
  const uint64_t width = uint64_t{1} << ((bucket >> 3) - 1);
  return bucket_floor(bucket) + width / 2;
}

}  // namespace plumb::query
