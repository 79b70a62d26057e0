#include "python/text.h"

#include "base/cursor.h"

namespace plumb::python {
namespace {

void append(std::string& text, uint32_t code) {
  const auto rest = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  if (is_surrogate || code > 0x10ffff) code = 0xfffd;
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += {static_cast<char>(0xc0 | code >> 6), rest(0)};
  } else if (code < 0x10000) {
    text += {static_cast<char>(0xe0 | code >> 12), rest(6), rest(0)};
  } else {
    text += {static_cast<char>(0xf0 | code >> 18), rest(12), rest(6), rest(0)};
  }
}

template <class Character>
std::string text_of(std::string_view characters) {
  std::string text;
  Cursor cursor(characters);
  for (Character each{}; cursor.read(each);) append(text, each);
  return text;
}

}  // namespace

std::string utf8_of(std::string_view characters, uint32_t width) {
  switch (width) {
    case 1:
      return text_of<uint8_t>(characters);
    case 2:
      return text_of<uint16_t>(characters);
    case 4:
      return text_of<uint32_t>(characters);
    default:
      return {};
  }
}

}  // namespace plumb::python
