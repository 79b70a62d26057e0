#include "render/cell.h"

#include <algorithm>

#include "render/word.h"

namespace plumb::render {
namespace {

using schema::Field;
using schema::Format;
using schema::Kind;

// Of a text or a list: 128 KiB of file names, as xargs passes them, are nothing to read.
constexpr size_t most_bytes = 20 << 10;

std::string_view number_text(const Field& field, uint64_t bits, Moments& moments,
                             NumberRoom& room) {
  if (field.kind == Kind::boolean) return bits != 0 ? "yes" : "no";
  if (field.absent(bits)) return {};
  char* end = room.data();
  if (field.format != Format::instant)
    end = put_quantity(end, field, bits);
  else
    end = moments.put_time_of_day(end, moments.of_instant(bits));
  return {room.data(), static_cast<size_t>(end - room.data())};
}

}  // namespace

Cell cell_of(const Field& field, const schema::Record& record, schema::Names& names,
             Moments& moments, NumberRoom& room) {
  if (record.is_missing(field)) return {};
  if (field.is_number()) {
    const uint64_t bits = record.bits(field);
    const bool bad = field.format == Format::error || field.format == Format::signal;
    if (has_words(field) && !field.absent(bits)) {
      const Word word = word_for(field, bits, names);
      if (word.known) return {word.text, bad ? Trust::ascii : Trust::text, bad};
    }
    return {number_text(field, bits, moments, room), Trust::ascii, bad};
  }
  const std::string_view bytes = record.text(field);
  if (field.kind == Kind::address) {
    if (field.absent(bytes)) return {};
    const char* end = put_address(room.data(), bytes);
    return {{room.data(), static_cast<size_t>(end - room.data())}};
  }
  return {bytes.substr(0, most_bytes), field.kind == Kind::tail_list ? Trust::list : Trust::text,
          false, record.cut(field) || bytes.size() > most_bytes};
}

Cell with_aside(const Cell& cell, const Field& field, const Field& aside,
                const schema::Record& record, PairRoom& room) {
  const uint64_t bits = record.bits(aside);
  if (bits == 0 || bits == record.bits(field) || cell.bytes.size() > number_room) return cell;
  char* end = std::copy(cell.bytes.begin(), cell.bytes.end(), room.data());
  *end++ = '(';
  end = put_quantity(end, aside, bits);
  *end++ = ')';
  Cell both = cell;
  both.bytes = {room.data(), static_cast<size_t>(end - room.data())};
  return both;
}

}  // namespace plumb::render
