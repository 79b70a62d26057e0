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
  // `list`: strings that each end with NUL, or one string. `cut`: its last string went on. The
  // result is sorted and disjoint, never crosses a NUL, and is valid until the next call.
  const Ranges& find(std::string_view list, bool cut);

 private:
  // What the words so far make of the next one.
  struct Expect {
    Strength strength = Strength::none;  // of the option before it
    char after = '\0';                   // only what follows the first of these
    bool certain = false;                // even if it looks like an option
  };

  void element(Element element);
  void script(Element element, int depth);
  void word(Range range);
  void option(Range range, std::string_view word);
  bool client_option(Range range, std::string_view word);
  void expected(Range range, std::string_view word);
  void add_after(Range range, char after);
  void add_repetitions();
  void tidy();

  std::string_view list_;
  Ranges ranges_;
  Ranges repeated_;
  Survey survey_;  // of the element that is looked at
  Expect expect_;
  std::span<const ClientFlag> client_;
  bool commanded_ = false;       // the client's command word (docker login) was seen
  bool script_follows_ = false;  // the element before was -c
};

}  // namespace plumb::disclose
