#include "probe/unpacked_section.h"

#include <elf.h>
#include <fmt/format.h>
#include <zlib.h>

#include "base/cursor.h"

namespace plumb::probe {
namespace {

template <class Header>
bool read_packing(Cursor& cursor, uint32_t& type, uint64_t& size) {
  Header header{};
  if (!cursor.read(header)) return false;
  type = header.ch_type;
  size = header.ch_size;
  return true;
}

}  // namespace

Result<std::string> unpacked_bytes_of(const Elf& elf, const Section& section, size_t limit) {
  std::string packed = TRY(elf.bytes_of(section, limit));
  if (!section.is_compressed) return packed;
  Cursor cursor(packed);
  uint32_t type = 0;
  uint64_t size = 0;
  const bool is_told = elf.address_size() == 8 ? read_packing<Elf64_Chdr>(cursor, type, size)
                                               : read_packing<Elf32_Chdr>(cursor, type, size);
  if (!is_told || type != ELFCOMPRESS_ZLIB)
    return fail("a section is packed in a way that is not known");
  if (size > limit)
    return fail(fmt::format("a section of {} bytes, unpacked, is larger than the {} that are read",
                            size, limit));
  std::string bytes(size, '\0');
  uLongf length = size;
  const auto* from = reinterpret_cast<const Bytef*>(packed.data()) + cursor.position();
  if (uncompress(reinterpret_cast<Bytef*>(bytes.data()), &length, from, cursor.left()) != Z_OK ||
      length != size)
    return fail("a packed section is broken");
  return bytes;
}

}  // namespace plumb::probe
