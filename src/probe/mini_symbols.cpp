#include "probe/mini_symbols.h"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>
#include <memory>

namespace plumb::probe {
namespace {

Fail too_large() {
  return fail(fmt::format(".gnu_debugdata: unpacking takes more than the {} bytes that it may",
                          most_mini_symbols));
}

}  // namespace

Result<std::string> mini_symbols_of(const Elf& elf) {
  const auto section = std::ranges::find(elf.sections(), ".gnu_debugdata", &Section::name);
  if (section == elf.sections().end()) return std::string();
  const std::string packed = TRY(elf.bytes_of(*section, most_mini_symbols));
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, most_mini_symbols, 0) != LZMA_OK)
    return fail(".gnu_debugdata: no memory to unpack it");
  const std::unique_ptr<lzma_stream, void (*)(lzma_stream*)> keeper(&stream, lzma_end);
  stream.next_in = reinterpret_cast<const uint8_t*>(packed.data());
  stream.avail_in = packed.size();
  std::string bytes, room(1 << 18, '\0');
  lzma_ret state = LZMA_OK;
  while (state == LZMA_OK && bytes.size() <= most_mini_symbols) {
    stream.next_out = reinterpret_cast<uint8_t*>(room.data());
    stream.avail_out = room.size();
    state = lzma_code(&stream, LZMA_FINISH);
    bytes.append(room, 0, room.size() - stream.avail_out);
  }
  if (state == LZMA_MEMLIMIT_ERROR || bytes.size() > most_mini_symbols) return too_large();
  if (state != LZMA_STREAM_END) return fail(".gnu_debugdata: no xz file, or a broken one");
  return bytes;
}

}  // namespace plumb::probe
