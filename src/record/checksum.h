// CRC-32C (Castagnoli), as in iSCSI and ext4: any damage of up to 32 bits in a row is seen.
#pragma once
#include <cstdint>
#include <string_view>

namespace plumb::record {

// Continues from the checksum of what came before.
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);

}  // namespace plumb::record
