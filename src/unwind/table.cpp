#include "unwind/table.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "unwind/descriptions.h"
#include "unwind/frame_sections.h"
#include "unwind/table_builder.h"

namespace plumb::unwind {
namespace {

using namespace std::literals;

// To which a handler of signals returns, in glibc and in musl: mov $15, %rax; syscall.
constexpr auto restorer = "\x48\xc7\xc0\x0f\x00\x00\x00\x0f\x05"sv;

// Where in the file the code lies, if all of it lies there in one piece.
std::optional<Piece> piece_of(const probe::Elf& elf, const Description& description) {
  if (description.begin >= description.end) return std::nullopt;
  const auto begin = elf.offset_of(description.begin);
  const auto last = elf.offset_of(description.end - 1);
  const uint64_t size = description.end - description.begin;
  if (!begin || !last || *last - *begin != size - 1 || !elf.is_code(*begin)) return std::nullopt;
  return Piece{*begin, *begin + size};
}

bool is_restorer(const probe::Bytes& bytes, uint64_t offset) {
  std::array<char, restorer.size()> code{};
  return bytes.read(offset, code) && std::string_view(code.data(), code.size()) == restorer;
}

class Reading {
 public:
  Reading(const probe::Elf& elf, const probe::Bytes& bytes) : elf_(elf), bytes_(bytes) {}

  Result<> read(const FrameSection& section) {
    builder_.expect(section.bytes.size());
    Descriptions descriptions(section);
    while (const auto each = descriptions.next()) TRY(read(*each));
    skipped_ += descriptions.broken() + builder_.close_section();
    return {};
  }

  // Nobody calls the code at which a program begins; that of the dynamic loader and of musl is
  // assembly that describes nothing.
  Result<> add_entry() {
    constexpr uint64_t usual_size = 64;  // of which the loader's calls are behind 0x44
    const auto begin = elf_.offset_of(elf_.entry());
    if (elf_.entry() == 0 || !begin || !elf_.is_code(*begin)) return {};
    Piece piece{*begin, *begin + usual_size};
    while (piece.end > piece.begin && builder_.has(piece.begin, piece.end)) piece.end--;
    if (piece.begin == piece.end) return {};
    steps_ = {{elf_.entry(), {.kind = Kind::root}}};
    TRY(add(piece));
    builder_.close_section();
    return {};
  }

  Table table() const {
    Table table = builder_.finish();
    table.skipped = skipped_;
    return table;
  }

 private:
  Result<> read(const Description& description) {
    auto piece = piece_of(elf_, description);
    if (piece && builder_.has(piece->begin, piece->end)) return {};
    if (!piece || !instructions_.run(*description.common, description.program, description.begin,
                                     description.end, steps_)) {
      skipped_++;
      return {};
    }
    const bool is_signal = description.common->is_signal;
    if (is_signal || piece->end - piece->begin == restorer.size())
      piece->is_restorer = is_restorer(bytes_, piece->begin);
    if (is_signal || piece->is_restorer) steps_ = {{description.begin, {.kind = Kind::signal}}};
    return add(*piece);
  }

  Result<> add(const Piece& piece) {
    if (builder_.add(piece, steps_)) return {};
    return fail(
        fmt::format("unwind information of more than {} rows or {} rules", most_rows, most_rules));
  }

  const probe::Elf& elf_;
  const probe::Bytes& bytes_;
  TableBuilder builder_;
  Instructions instructions_;
  std::vector<Step> steps_;  // of one description: its memory is used again
  uint32_t skipped_ = 0;
};

}  // namespace

uint64_t hash_of(const Rule& rule) {
  static const std::array<uint64_t, 2> secret = [] {
    std::array<uint64_t, 2> any{};
    if (getrandom(any.data(), sizeof(any), 0) != sizeof(any)) std::abort();
    return any;
  }();
  std::array<uint64_t, 2> halves{};
  static_assert(sizeof(halves) == sizeof(rule));
  std::memcpy(halves.data(), &rule, sizeof(rule));
  const auto product =
      static_cast<unsigned __int128>(halves[0] ^ secret[0]) * (halves[1] ^ secret[1]);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

Result<Table> table_of(const probe::Elf& elf, const probe::Bytes& bytes) {
  if (elf.machine() != probe::Machine::x86 || elf.address_size() != 8)
    return fail("unwind information of another machine than x86-64",
                "only that of 64-bit x86 can be read");
  Reading reading(elf, bytes);
  for (const FrameSection& each : TRY(frame_sections(elf, bytes))) TRY(reading.read(each));
  TRY(reading.add_entry());
  return reading.table();
}

}  // namespace plumb::unwind
