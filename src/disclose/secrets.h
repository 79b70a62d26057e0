// SecretFinder: where an argument vector, an environment or a line of text holds secrets.
//
// Judges by what surrounds a value (the name it is given, the option before it, the program that
// reads it) and by its looks. It errs towards masking where a name says "secret" and towards
// showing where only looks do. A secret that stands a second time in the same list is found there,
// too.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "disclose/client.h"
#include "disclose/element.h"
#include "disclose/secret_name.h"
#include "disclose/survey.h"

namespace plumb::disclose {

class SecretFinder {
 public:
  enum class Of : uint8_t {
    words,  // arguments and environments
    path,   // names of files, which are random and full of spaces and dashes for good reasons
  };

  // `list`: strings that each end with NUL, or one string. `cut`: its last string went on. The
  // result is sorted and disjoint, never crosses a NUL, and is valid until the next call.
  const Ranges& find(std::string_view list, bool cut, Of of = Of::words);

 private:
  // What the words so far make of the next one.
  struct Expect {
    Strength strength = Strength::none;  // of the option before it
    char after = '\0';                   // only what follows the first of these
    bool certain = false;                // even if it looks like an option
    bool valued = false;                 // even if it looks like one with a single dash
  };

  // Words after which bare names are set: aws configure set NAME VALUE.
  enum class Setting : uint8_t { none, next, any };

  // The command that the words so far belong to.
  struct Program {
    std::span<const ClientFlag> flags;  // of a client
    std::string_view command;           // its command word: docker login
    uint32_t operands = 0;              // so far, of the client or its command
    uint64_t given = 0;                 // a bit for the lower six of each letter of its options
    Setting setting = Setting::none;
  };

  void element(Element element);
  void path(Element element);
  void words(const Element& element);
  void script(Element element, int depth);
  void word(Range range);
  bool is_expected(std::string_view word) const;
  void expected(Range range, std::string_view word);
  void option(Range range, std::string_view word);
  void option_with_value(Range range, size_t sign);
  bool client_option(Range range, std::string_view word);
  void note_option(std::string_view word);
  void operand(Range range, std::string_view word);
  bool client_operand(Range range, std::string_view word);
  void setting(std::string_view word);
  bool in_command(const ClientFlag& flag) const;
  void add_after(Range range, char after);
  void add(Range range);
  void add_repetitions();
  void tidy();

  std::string_view list_;
  Ranges ranges_;
  Ranges repeated_;
  Survey survey_;  // of the element that is looked at
  Expect expect_;
  Program program_;
  bool after_option_ = false;    // the word before was an option
  bool prose_ = false;           // these words may be no command
  bool script_follows_ = false;  // the element before was -c
};

}  // namespace plumb::disclose
