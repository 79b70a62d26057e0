#include "disclose/survey.h"

#include "base/block.h"

namespace plumb::disclose {

void survey(const Element& element, Survey& survey) {
  const std::string_view text = element.text();
  Mask colon, equals, space, upper, lower, digit;
  uint32_t word_before = 0;
  survey.word_starts.clear();
  for (size_t at = 0; at < text.size(); at += Block::size) {
    const Block block(text, at);
    const Mask uppers = block.between('A', 'Z'), lowers = block.between('a', 'z');
    const Mask digits = block.between('0', '9');
    const uint32_t words = (uppers | lowers | digits).bits();
    for (uint32_t starts = words & ~(words << 1 | word_before); starts != 0; starts &= starts - 1)
      survey.word_starts.push_back(element.begin + at + static_cast<size_t>(__builtin_ctz(starts)));
    word_before = words >> (Block::size - 1);
    colon |= block.equal(':');
    equals |= block.equal('=');
    space |= block.equal(' ') | block.between('\t', '\r');
    upper |= uppers;
    lower |= lowers;
    digit |= digits;
  }
  survey.traits =
      static_cast<uint8_t>(((equals | colon).any() ? has_sign : 0) | (colon.any() ? has_colon : 0) |
                           (space.any() ? has_space : 0) | (upper.any() ? has_upper : 0) |
                           (lower.any() ? has_lower : 0) | (digit.any() ? has_digit : 0));
}

}  // namespace plumb::disclose
