// Names are compared as they are before any is made readable, which is what takes long.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "probe/cpp_operator.h"
#include "probe/functions.h"
#include "probe/readable_name.h"

namespace plumb::probe {
namespace {

using Functions = std::vector<Function>;

constexpr uint64_t most_work = 256 << 20;  // bytes of names that are made
constexpr size_t most_suggestions = 3;
constexpr size_t longest_to_suggest_for = 128;

// Words that a readable name may have although its symbol has not.
constexpr std::string_view made_up =
    "std allocator basic_string char_traits basic_istream basic_ostream basic_iostream istream "
    "ostream iostream operator new delete co_await anonymous namespace lambda unnamed default arg "
    "decltype auto const volatile restrict void wchar_t bool char signed unsigned short int long "
    "__int128 float double __float128 decimal32 decimal64 decimal128 half char8_t char16_t "
    "char32_t "
    "_Float16 _Float32 _Float64 _Float128 _Float32x _Float64x bfloat16_t __bf16 nullptr_t nullptr "
    "true false typeinfo vtable VTT construction thunk non-virtual covariant return to for guard "
    "reference temporary TLS init wrapper function transaction clone sizeof alignof typeid "
    "noexcept "
    "throw dynamic_cast static_cast const_cast reinterpret_cast parm this template parameter "
    "object "
    "string literal complex imaginary _Complex _Imaginary java resource fixed-point _Accum _Sat "
    "_Fract vector initializer_list abi type name hidden alias global constructors destructors "
    "keyed "
    "closure shim dyn mut fn unsafe extern as i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize "
    "f32 "
    "f64 str";

bool is_made_up(std::string_view word, bool is_whole) {
  for (size_t at = 0; (at = made_up.find(word, at)) != std::string_view::npos; at++) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || made_up[at - 1] == ' ';
    const bool ends = end == made_up.size() || made_up[end] == ' ';
    if (!is_whole || (begins && ends)) return true;
  }
  return false;
}

// The longest piece of `wanted` that the symbol must have where its readable name matches; may be
// "". Compilers put all that somebody named into the symbol as it is, but numbers in another form.
std::string_view inevitable(std::string_view wanted) {
  std::string_view longest;
  const auto is_open = [&](size_t i) {
    return i < wanted.size() && (wanted[i] == '*' || wanted[i] == '?');
  };
  for (size_t at = 0; at < wanted.size();) {
    size_t end = at;
    while (end < wanted.size() && is_name_character(wanted[end])) end++;
    const std::string_view word = wanted.substr(at, end - at);
    const bool is_whole = !is_open(at - 1) && !is_open(end);
    const bool is_number = !word.empty() && word[0] >= '0' && word[0] <= '9';
    if (!is_number && word.size() > longest.size() && !is_made_up(word, is_whole)) longest = word;
    at = end + 1;
  }
  return longest;
}

// * stands for any characters, ? for one. What follows the last * that was met is tried ever
// further behind it; those before it need no second try.
bool matches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, tried = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      tried = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      p++;
      t++;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++tried;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string without_version(const std::string& name) {
  const size_t at = name.find('@');
  return at == 0 ? name : name.substr(0, at);
}

class Finder {
 public:
  Finder(const Functions& all, const std::string& wanted)
      : all_(all), wanted_(without_version(wanted)), needed_(inevitable(wanted_)) {}

  Result<Functions> run() {
    Functions found;
    const auto is_it = [&](const Function& each) { return each.name == wanted_; };
    std::ranges::copy_if(all_, std::back_inserter(found), is_it);
    if (!found.empty()) return found;
    Functions fitting;
    for (const Function& each : all_) {
      const Fit fit = fit_of(each.name);
      if (fit == Fit::exact) found.push_back(each);
      if (fit == Fit::pattern) fitting.push_back(each);
      if (work_ > most_work)
        return fail(fmt::format("the names of its functions have more than {} bytes", most_work),
                    "name the symbol as nm shows it, or an offset in the file");
    }
    if (!found.empty()) return found;
    return fitting.empty() ? Result<Functions>(none()) : Result<Functions>(std::move(fitting));
  }

 private:
  enum class Fit : uint8_t { none, pattern, exact };

  bool is_pattern() const { return wanted_.find_first_of("*?") != std::string::npos; }

  bool is_left_out(const std::string& symbol) const {
    return !takes_parts_ && symbol.ends_with(".cold");
  }

  // A name is a pattern's where it fits as it stands or as it is read. Only of operator* and its
  // like is a pattern itself a name.
  Fit fit_of(const std::string& symbol) {
    const bool may_fit = is_pattern() && !is_left_out(symbol);
    const bool fits = may_fit && matches(wanted_, symbol);
    if (fits && !has_operator_) return Fit::pattern;
    if (!is_mangled(symbol) || symbol.find(needed_) == std::string::npos)
      return fits ? Fit::pattern : Fit::none;
    const std::string name = readable_name(symbol, work_);
    if (name == wanted_) return Fit::exact;
    return fits || (may_fit && matches(wanted_, name)) ? Fit::pattern : Fit::none;
  }

  Fail none() {
    const std::string what = is_pattern() ? "no function matches '" : "no function '";
    if (all_.empty())
      return misuse(what + wanted_ + "'",
                    "the file names none, as it is stripped: name an offset in it, PATH:0x1234");
    const auto names = suggestions();
    std::string hint;
    for (size_t i = 0; i < names.size(); i++)
      hint += (i == 0                  ? "did you mean '"
               : i + 1 == names.size() ? " or '"
                                       : ", '") +
              names[i] + "'";
    return misuse(what + wanted_ + "'",
                  names.empty() ? "nm -C and nm -DC list the functions of a file" : hint + "?");
  }

  // Those of this name in some namespace or class, or as the compiler changed them ("f.isra.0",
  // "f[abi:cxx11]"), then those that are spelled alike.
  std::vector<std::string> suggestions() {
    std::string typed = wanted_;
    std::erase_if(typed, [](char c) { return c == '*' || c == '?'; });
    std::vector<std::string> found, candidates;  // none is far longer or shorter
    if (typed.empty() || typed.size() > longest_to_suggest_for) return found;
    const auto words = words_of(typed);
    for (const Function& each : all_) {
      if (is_left_out(each.name)) continue;
      const bool is_read = is_mangled(each.name) && work_ < most_work && has_any(each.name, words);
      std::string name = is_read ? readable_name(each.name, work_) : each.name;
      const bool is_called_so = name.ends_with("::" + typed) || name.starts_with(typed + ".") ||
                                name.starts_with(typed + "[abi:");
      if (found.size() < most_suggestions && is_called_so &&
          std::ranges::find(found, name) == found.end())
        found.push_back(name);
      const size_t apart =
          std::max(name.size(), typed.size()) - std::min(name.size(), typed.size());
      if (apart <= typed.size() / 3 + 1) candidates.push_back(std::move(name));
    }
    std::ranges::sort(candidates);
    while (found.size() < most_suggestions) {
      const std::string near = nearest(typed, candidates);
      if (near.empty()) break;
      std::erase(candidates, near);
      if (std::ranges::find(found, near) == found.end()) found.push_back(near);
    }
    return found;
  }

  static std::vector<std::string_view> words_of(std::string_view typed) {
    std::vector<std::string_view> words;
    for (size_t at = 0; at < typed.size();) {
      size_t end = at;
      while (end < typed.size() && is_name_character(typed[end])) end++;
      if (end - at > 1) words.push_back(typed.substr(at, end - at));
      at = end + 1;
    }
    return words;
  }
  // Of a qualified name not every part is taken to be misspelled.
  static bool has_any(const std::string& symbol, const std::vector<std::string_view>& words) {
    const auto has = [&](std::string_view word) { return symbol.find(word) != std::string::npos; };
    return std::ranges::any_of(words, has);
  }

  const Functions& all_;
  const std::string wanted_;
  const std::string_view needed_;
  const bool has_operator_ = wanted_.find("operator") != std::string::npos;
  const bool takes_parts_ = wanted_.find(".cold") != std::string::npos;
  uint64_t work_ = 0;
};

}  // namespace

Result<std::vector<Function>> find_functions(const std::vector<Function>& all,
                                             const std::string& wanted) {
  return Finder(all, wanted).run();
}

}  // namespace plumb::probe
