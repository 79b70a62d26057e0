// The words of a v0 name of Rust: letters, numbers, identifiers; and what is made of them. After
// the first that does not fit, or does not end, nothing more is read.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::probe {

class RustText {
 protected:
  struct Identifier {
    std::string name;
    uint64_t number = 0;  // which of its like
  };

  RustText(std::string_view text, uint64_t& work) : text_(text), work_(work) {}

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char next() { return at_ < text_.size() ? text_[at_++] : bad(); }
  bool take(char c) {
    if (peek() != c) return false;
    at_++;
    return true;
  }
  char bad() {
    good_ = false;
    return '\0';
  }

  void print(std::string_view text);
  // Of each production of the grammar; false: they are too many, or too deep.
  bool enter();

  // _ is 0, 0_ is 1.
  uint64_t base_62();
  // Of what may be left out, then 0.
  uint64_t number_behind(char mark) { return take(mark) ? base_62() + 1 : 0; }
  std::string plain_identifier();
  Identifier identifier();

  const std::string_view text_;
  size_t at_ = 0;
  bool good_ = true;
  bool is_silent_ = false;  // what is read is not of the name
  int depth_ = 0;
  uint32_t steps_ = 0;
  std::string out_;
  uint64_t& work_;
};

// "i8" of a; "": no basic type.
std::string_view basic_type(char letter);
// A number, bool or char of a basic type, of hexadecimal digits; "": it is none.
std::string constant_of(char type, std::string_view digits);

// An identifier with other letters than ASCII's, as UTF-8; "" where it is none (RFC 3492, with _
// for the last -).
std::string from_punycode(std::string_view text);

}  // namespace plumb::probe
