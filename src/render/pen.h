// Pen: one cell of text for people, written straight into a buffer and never wider than allowed.
//
// What strangers wrote is escaped: no control character, broken UTF-8 or mark that reorders text
// reaches a terminal; their bytes are shown as \xNN.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/utf8.h"

namespace plumb::render {

class Pen {
 public:
  // The room needed at `at` for `bytes` bytes of text or list, including a closing mark.
  static size_t room(size_t bytes) { return 4 * bytes + 32; }

  Pen(char* at, size_t max_width) : at_(at), mark_(at), max_width_(max_width) {}

  void text(std::string_view bytes);
  // Strings that each end with NUL, quoted for a shell and joined by spaces.
  void words(std::string_view list);
  // Printable ASCII.
  void plain(std::string_view ascii);
  // There was more than this: "…".
  void more();
  // Text of which, where it is too long, the end is shown: "…/bin/gcc".
  void text_end(std::string_view bytes);

  char* end() const { return at_; }
  size_t width() const { return width_; }
  bool full() const { return full_; }

 private:
  void put(std::string_view bytes, size_t width);
  void escaped(std::string_view bytes);
  void glyphs(std::string_view bytes);
  void word(std::string_view bytes);
  void quoted(std::string_view bytes);
  void dollar_quoted(std::string_view bytes);

  char* at_;
  char* mark_;  // the end of what may stay when "…" must follow
  size_t width_ = 0;
  size_t mark_width_ = 0;
  size_t max_width_;
  bool full_ = false;
};

}  // namespace plumb::render
