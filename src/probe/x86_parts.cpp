#include "probe/x86_parts.h"

#include "base/cursor.h"
#include "probe/x86_tables.h"

namespace plumb::probe {
namespace {

constexpr size_t longest_instruction = 15;  // bytes; a longer instruction faults

class PartsReader {
 public:
  explicit PartsReader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<Parts> read() {
    if (!read_prefixes() || !read_opcode()) return std::nullopt;
    const char form = form_of();
    if (form == 'x' || !read_modrm(form) || !is_defined() || !read_immediate(form))
      return std::nullopt;
    parts_.length = static_cast<uint32_t>(bytes_.position());
    return parts_;
  }

 private:
  bool read_prefixes();
  bool note_prefix(uint8_t byte);
  bool read_opcode();
  bool read_vex2();
  bool read_vex3(Encoding encoding);
  bool read_evex();
  void set_implied(uint8_t byte);
  char form_of() const;
  char vector_form() const;
  bool read_modrm(char form);
  bool is_defined() const;
  bool read_immediate(char form);
  size_t immediate_size(char form) const;
  bool read_number(size_t size, int64_t& out);

  Cursor bytes_;
  Parts parts_;
};

bool PartsReader::note_prefix(uint8_t byte) {
  switch (byte) {
    case 0x66:
      return parts_.operand16 = true;
    case 0x67:
      return parts_.address32 = true;
    case 0xf0:
      return parts_.lock = true;
    case 0xf2:
      return parts_.repne = true;
    case 0xf3:
      return parts_.rep = true;
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
      return parts_.segment = true;
    case 0x64:
    case 0x65:
      return true;
    default:
      return false;
  }
}

// Leaves the first byte of the opcode in `opcode`. A REX prefix counts directly before it only.
bool PartsReader::read_prefixes() {
  while (bytes_.read(parts_.opcode)) {
    if (note_prefix(parts_.opcode))
      parts_.rex = 0;
    else if (parts_.opcode >> 4 == 4)
      parts_.rex = parts_.opcode;
    else
      return true;
  }
  return false;
}

bool PartsReader::read_opcode() {
  switch (parts_.opcode) {
    case 0x0f:
      if (!bytes_.read(parts_.opcode)) return false;
      parts_.map = parts_.opcode == 0x38 ? 2 : parts_.opcode == 0x3a ? 3 : 1;
      return parts_.map == 1 || bytes_.read(parts_.opcode);
    case 0xc5:
      return read_vex2();
    case 0xc4:
      return read_vex3(Encoding::vex);
    case 0x62:
      return read_evex();
    case 0x8f: {
      // XOP where the map's number, which lies where ModRM would be, is none of pop's
      Cursor ahead = bytes_;
      uint8_t next = 0;
      return !ahead.read(next) || (next & 0x1f) < 8 || read_vex3(Encoding::xop);
    }
    default:
      return true;
  }
}

// The last byte but the opcode has the prefix that is implied, and a register inverted.
void PartsReader::set_implied(uint8_t byte) {
  parts_.third = static_cast<uint8_t>(~byte >> 3 & 15);
  parts_.operand16 = (byte & 3) == 1;
  parts_.rep = (byte & 3) == 2;
  parts_.repne = (byte & 3) == 3;
}

bool PartsReader::read_vex2() {
  uint8_t byte = 0;
  if (parts_.rex != 0 || parts_.operand16 || parts_.rep || parts_.repne || parts_.lock)
    return false;
  if (!bytes_.read(byte)) return false;
  parts_.encoding = Encoding::vex;
  parts_.map = 1;
  parts_.rex = static_cast<uint8_t>(0x40 | (~byte >> 5 & 4));
  set_implied(byte);
  return bytes_.read(parts_.opcode);
}

bool PartsReader::read_vex3(Encoding encoding) {
  uint8_t first = 0, second = 0;
  if (parts_.rex != 0 || parts_.operand16 || parts_.rep || parts_.repne || parts_.lock)
    return false;
  if (!bytes_.read(first) || !bytes_.read(second)) return false;
  parts_.encoding = encoding;
  parts_.map = first & 0x1f;
  parts_.rex = static_cast<uint8_t>(0x40 | (~first >> 5 & 7) | (second >> 4 & 8));
  set_implied(second);
  return bytes_.read(parts_.opcode);
}

bool PartsReader::read_evex() {
  uint8_t first = 0, second = 0, third = 0;
  if (parts_.rex != 0 || parts_.operand16 || parts_.rep || parts_.repne || parts_.lock)
    return false;
  if (!bytes_.read(first) || !bytes_.read(second) || !bytes_.read(third)) return false;
  if ((first & 8) != 0 || (second & 4) == 0) return false;  // APX
  parts_.encoding = Encoding::evex;
  parts_.map = first & 7;
  parts_.rex = static_cast<uint8_t>(0x40 | (~first >> 5 & 7) | (second >> 4 & 8));
  set_implied(second);
  return bytes_.read(parts_.opcode);
}

char PartsReader::form_of() const {
  if (parts_.encoding != Encoding::legacy) return vector_form();
  switch (parts_.map) {
    case 0:
      return letter_of(one_byte_forms, parts_.opcode);
    case 1:
      return letter_of(two_byte_forms, parts_.opcode);
    case 2:
      return 'M';
    default:
      return 'B';
  }
}

char PartsReader::vector_form() const {
  const uint8_t opcode = parts_.opcode;
  if (parts_.encoding == Encoding::xop)
    return parts_.map == 8 ? 'B' : parts_.map == 9 ? 'M' : parts_.map == 10 ? 'Z' : 'x';
  switch (parts_.map) {
    case 1:
      if (opcode == 0x77) return parts_.encoding == Encoding::vex ? '.' : 'x';
      return (opcode >= 0x70 && opcode <= 0x73) || opcode == 0xc2 ||
                     (opcode >= 0xc4 && opcode <= 0xc6)
                 ? 'B'
                 : 'M';
    case 2:
      return 'M';
    case 3:
      return 'B';
    case 5:
    case 6:
      return parts_.encoding == Encoding::evex ? 'M' : 'x';
    default:
      return 'x';
  }
}

bool PartsReader::read_modrm(char form) {
  if (std::string_view("MBZRTU").find(form) == std::string_view::npos) return true;
  if (!bytes_.read(parts_.modrm)) return false;
  parts_.has_modrm = true;
  if (form == 'R') parts_.modrm |= 0xc0;
  const uint8_t mode = parts_.modrm >> 6;
  if (mode == 3) return true;
  uint8_t base = parts_.modrm & 7;
  if (base == 4) {
    if (!bytes_.read(parts_.sib)) return false;
    base = parts_.sib & 7;
  }
  if (mode == 0) return base != 5 || read_number(4, parts_.displacement);
  return read_number(mode == 1 ? 1 : 4, parts_.displacement);
}

// Groups have places that are no instruction.
bool PartsReader::is_defined() const {
  if (parts_.encoding != Encoding::legacy || parts_.map != 0) return true;
  switch (parts_.opcode) {
    case 0x8d:
      return !parts_.direct();
    case 0x8f:
      return parts_.group() == 0;
    case 0xc6:
    case 0xc7:
      return parts_.group() == 0 || parts_.modrm == 0xf8;
    case 0xfe:
      return parts_.group() < 2;
    case 0xff:
      return parts_.group() < 7 && !(parts_.direct() && (parts_.group() | 2) == 7);
    default:
      return true;
  }
}

size_t PartsReader::immediate_size(char form) const {
  const bool narrow = parts_.operand16 && !parts_.wide();
  const bool is_xop = parts_.encoding == Encoding::xop;
  switch (form) {
    case 'b':
    case 'B':
      return 1;
    case 'w':
      return 2;
    case 'e':
      return 3;
    case 'd':
      return 4;
    case 'z':
    case 'Z':
      return narrow && !is_xop ? 2 : 4;
    case 'v':
      return parts_.wide() ? 8 : narrow ? 2 : 4;
    case 'o':
      return parts_.address32 ? 4 : 8;
    case 'T':
      return parts_.group() < 2 ? 1 : 0;
    case 'U':
      return parts_.group() >= 2 ? 0 : narrow ? 2 : 4;
    default:
      return 0;
  }
}

bool PartsReader::read_immediate(char form) {
  // AMD and Intel differ in how long a jump of 16 bits is
  if (form == 'd' && parts_.operand16 && !parts_.wide()) return false;
  const bool is_extrq = parts_.encoding == Encoding::legacy && parts_.map == 1 &&
                        parts_.opcode == 0x78 && (parts_.operand16 || parts_.repne);
  return read_number(is_extrq ? 2 : immediate_size(form), parts_.immediate);
}

bool PartsReader::read_number(size_t size, int64_t& out) {
  std::string_view taken;
  if (!bytes_.read(taken, size)) return false;
  uint64_t value = 0;
  for (size_t i = size; i > 0; i--) value = value << 8 | static_cast<uint8_t>(taken[i - 1]);
  const size_t spare = 64 - 8 * size;
  out = size == 0 ? 0 : static_cast<int64_t>(value << spare) >> spare;
  return true;
}

}  // namespace

std::optional<Parts> parts_of(std::string_view code, uint64_t at) {
  if (at >= code.size()) return std::nullopt;
  return PartsReader(code.substr(at, longest_instruction)).read();
}

}  // namespace plumb::probe
