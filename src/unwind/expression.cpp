#include <dwarf.h>

#include "unwind/cfi_reader.h"
#include "unwind/frame_state.h"

namespace plumb::unwind {
namespace {

using namespace std::literals;

// What follows `breg7 OFFSET` in the linker's procedure linkage table: 8 bytes more are on the
// stack once an entry has pushed its number, `LIT` bytes into its 16.
constexpr auto plt_begin = "\x80\x00\x3f\x1a"sv;  // breg16 0, lit15, and
constexpr auto plt_end = "\x2a\x33\x24\x22"sv;    // ge, lit3, shl, plus
constexpr size_t plt_size = plt_begin.size() + 1 + plt_end.size();

bool is_plt(std::string_view rest, Computed& out) {
  if (rest.size() != plt_size || !rest.starts_with(plt_begin) || !rest.ends_with(plt_end))
    return false;
  const uint8_t literal = static_cast<uint8_t>(rest[plt_begin.size()]);
  if (literal < DW_OP_lit0 || literal > DW_OP_lit15 || out.reg != sp_register) return false;
  out.how = Computed::How::plt;
  out.more = literal - DW_OP_lit0;
  return true;
}

// What is added last.
bool adds(CfiReader& reader, int64_t& more) {
  if (reader.done()) return true;
  if (reader.number<uint8_t>() != DW_OP_plus_uconst) return false;
  const uint64_t constant = reader.uleb();
  more = static_cast<int64_t>(constant);
  return more >= 0 && !reader.failed() && reader.done();
}

}  // namespace

Computed shape_of(std::string_view expression) {
  CfiReader reader(expression, 0);
  const uint8_t first = reader.number<uint8_t>();
  if (first < DW_OP_breg0 || first > DW_OP_breg16) return {};
  Computed out;
  out.reg = static_cast<uint8_t>(first - DW_OP_breg0);
  out.offset = reader.sleb();
  if (reader.failed()) return {};
  if (reader.done()) {
    out.how = Computed::How::sum;
    return out;
  }
  if (is_plt(reader.rest(), out)) return out;
  if (reader.number<uint8_t>() != DW_OP_deref || !adds(reader, out.more)) return {};
  out.how = Computed::How::deref;
  return out;
}

}  // namespace plumb::unwind
