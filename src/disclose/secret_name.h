// Which names announce a secret value: API_KEY, --db-password, clientSecret, X-Auth-Token.
#pragma once
#include <cstdint>
#include <string_view>

namespace plumb::disclose {

enum class Strength : uint8_t {
  none,
  weak,    // KEY, PASS, PWD: also the name of paths, directories and columns to sort by
  strong,  // PASSWORD, TOKEN, SECRET, ...
  header,  // Authorization, Cookie: the whole rest of the line is secret
};

// Words are told apart by case, digits and punctuation, so MONKEY and KEYBOARD are no KEYs, and
// TOKEN_FILE, KEY_ID or PUBLIC_KEY are no secrets.
Strength strength_of(std::string_view name);

// What the name of an option, without its dashes, says about the word behind it.
struct OptionName {
  Strength strength = Strength::none;  // none, too, of a switch: --no-password
  bool login = false;                  // it is user:SECRET
  bool valued = false;                 // it is a value, even if it begins with a dash
};
OptionName option_named(std::string_view name);

// Whether a word that is no option names what the next one is set to: aws_secret_access_key.
bool is_setting(std::string_view word);

// Whether a value of such a name is plainly none: empty, a truth value and, for weak names, a path
// or (when the name is that one word) a number.
bool is_harmless(std::string_view name, Strength strength, std::string_view value);

}  // namespace plumb::disclose
