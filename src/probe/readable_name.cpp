#include "probe/readable_name.h"

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "probe/cpp_operator.h"
#include "probe/rust_v0.h"

namespace plumb::probe {
namespace {

constexpr size_t longest_mangled = 1024;
constexpr size_t most_made = 64 << 20;

size_t times(std::string_view text, std::string_view wanted) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(wanted, at)) != std::string_view::npos; at++) count++;
  return count;
}

// The references back within a symbol, S_ and S0_ to parts of it, T_ and T0_ to arguments of its
// templates, wherever one could stand, also within words.
std::vector<std::string_view> references(std::string_view symbol) {
  std::vector<std::string_view> all;
  for (size_t i = 0; i < symbol.size(); i++) {
    if (symbol[i] != 'S' && symbol[i] != 'T') continue;
    const size_t end = symbol.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", i + 1);
    if (end != std::string_view::npos && symbol[end] == '_')
      all.push_back(symbol.substr(i, end - i));
  }
  return all;
}

// The demangler writes whatever it is told to, and a symbol of 100 bytes can tell it to fill all
// memory. A reference adds at most what there was when its like was first met; an argument of a
// template may be another each time, and then all that there is. The expansion of a pack repeats it
// at most as often as the symbol has room for arguments. This may say too much, never too little.
bool may_explode(std::string_view symbol) {
  const auto all = references(symbol);
  const bool has_arguments =
      std::ranges::any_of(all, [](std::string_view each) { return each[0] == 'T'; });
  std::map<std::string_view, size_t> sizes;
  size_t most = symbol.size();
  for (const std::string_view each : all) {
    most += has_arguments ? most : sizes.emplace(each, most).first->second;
    if (most > most_made) return true;
  }
  const bool has_expressions = times(symbol, "X") + times(symbol, "D") + times(symbol, "A") > 0;
  const size_t packs = times(symbol, "Dp") + (has_expressions ? times(symbol, "sp") : 0);
  for (size_t i = 0; i < packs && most <= most_made; i++) most *= symbol.size();
  return most > most_made;
}

bool is_hash(std::string_view part) {
  return part.size() == 17 && part[0] == 'h' &&
         part.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

struct Escape {
  std::string_view name;
  char character;
};
constexpr std::array escapes = {Escape{"SP", '@'}, Escape{"BP", '*'}, Escape{"RF", '&'},
                                Escape{"LT", '<'}, Escape{"GT", '>'}, Escape{"LP", '('},
                                Escape{"RP", ')'}, Escape{"C", ','}};

// Of "LT" or "u7b", printable ASCII only; 0: it is none.
char unescape(std::string_view name) {
  const auto known = std::ranges::find(escapes, name, &Escape::name);
  if (known != escapes.end()) return known->character;
  if (name.size() < 2 || name[0] != 'u') return 0;
  unsigned code = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + 1, end, code, 16);
  const bool is_printable = error == std::errc() && stop == end && code >= ' ' && code < 0x7f;
  return is_printable ? static_cast<char>(code) : '\0';
}

// A part of a path: "_$LT$T$u20$as$u20$core..fmt..Write$GT$" is <T as core::fmt::Write>.
void append_rust(std::string_view part, std::string& out) {
  if (part.starts_with("_$")) part.remove_prefix(1);
  while (!part.empty()) {
    size_t taken = 1;
    if (part.starts_with("..")) {
      out += "::";
      taken = 2;
    } else if (const size_t end = part.find('$', 1); part[0] == '$' &&
                                                     end != std::string_view::npos &&
                                                     unescape(part.substr(1, end - 1)) != 0) {
      out += unescape(part.substr(1, end - 1));
      taken = end + 1;
    } else {
      out += part[0];
    }
    part.remove_prefix(taken);
  }
}

// _ZN, parts that begin with their length, the last of them a hash, E. Empty: it is something else.
std::string rust_name(std::string_view symbol) {
  if (!symbol.starts_with("_ZN")) return {};
  symbol.remove_prefix(3);
  std::string path, last;
  while (!symbol.empty() && symbol[0] != 'E') {
    size_t size = 0;
    const auto [stop, error] = std::from_chars(symbol.data(), symbol.data() + symbol.size(), size);
    if (error != std::errc()) return {};
    symbol.remove_prefix(static_cast<size_t>(stop - symbol.data()));
    if (size > symbol.size()) return {};
    if (!last.empty() && !path.empty()) path += "::";
    append_rust(last, path);
    last = symbol.substr(0, size);
    symbol.remove_prefix(size);
  }
  const bool is_whole = symbol == "E" || symbol.starts_with("E.llvm.");
  return is_whole && is_hash(last) ? path : std::string();
}

// Where, behind its name, the parameters of a function and what qualifies it end.
size_t parameters_end(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '(') return at;
  at = bracket_end(text, at);
  for (const std::string_view each : {" const", " volatile", " &&", " &"})
    if (text.substr(at).starts_with(each)) at += each.size();
  return at;
}

std::string demangle(const std::string& symbol, uint64_t& work, bool has_parameters) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
  if (!text) return {};
  const std::string_view made = text.get();
  work += made.size();
  // thunks and their like are named after a function, and are not it: nothing is cut off them
  const bool is_special = symbol.starts_with("_ZT") || symbol.starts_with("_ZG");
  std::string_view name = is_special ? made : name_within(made);
  if (has_parameters && !is_special) {
    const auto begin = static_cast<size_t>(name.data() - made.data());
    name = made.substr(begin, parameters_end(made, begin + name.size()) - begin);
  }
  return name.size() <= longest_readable ? std::string(name) : std::string();
}

// Finds, in what the demangler wrote, where the name begins and ends: behind the last blank that
// is in no brackets, before the parentheses that nothing of the name follows.
class NameFinder {
 public:
  explicit NameFinder(std::string_view text) : text_(text) {}

  std::string_view run() {
    while (at_ < text_.size()) {
      const size_t size = operator_at(text_, at_);
      in_operator_ |= size != 0;
      if (size != 0)
        at_ += size;
      else if (text_[at_] == '(' ? ends_here() : pass_over())
        return found_;
    }
    return text_;
  }

 private:
  bool pass_over() {
    const bool is_between = text_[at_] == ' ' && !in_operator_;
    at_ = bracket_end(text_, at_);
    if (is_between) begin_ = at_;
    return false;
  }

  // Of a parenthesis: passes it, or says that the name ended before it.
  bool ends_here() {
    const size_t open = at_;
    at_ = bracket_end(text_, open);
    const std::string_view before = text_.substr(0, open), behind = text_.substr(at_);
    if (text_.substr(open).starts_with("(anonymous namespace)")) return false;
    if (before.ends_with("decltype") || before.ends_with("decltype ")) return false;
    if (in_operator_ && behind.starts_with("(")) return false;
    if (is_entered(behind)) return false;
    const std::string_view within = text_.substr(open + 1, at_ - open - 1);
    // the function returns a pointer to a function, or a reference to an array
    const bool is_wrapped = (within.starts_with("*") || within.starts_with("&")) &&
                            behind.find_first_of("([") != std::string_view::npos;
    found_ = is_wrapped ? NameFinder(within.substr(within.find_first_not_of("*& "))).run()
                        : text_.substr(begin_, open - begin_);
    return true;
  }

  // Something within the function follows: "f(int) const::{lambda()#1}".
  bool is_entered(std::string_view behind) {
    size_t skipped = 0;
    for (const std::string_view each : {" const", " volatile", " &&", " &"})
      if (behind.substr(skipped).starts_with(each)) skipped += each.size();
    if (!behind.substr(skipped).starts_with("::")) return false;
    at_ += skipped;
    return true;
  }

  const std::string_view text_;
  size_t at_ = 0;
  size_t begin_ = 0;  // of the name
  bool in_operator_ = false;
  std::string_view found_;
};

}  // namespace

bool is_mangled(std::string_view symbol) {
  return symbol.starts_with("_Z") || symbol.starts_with("_R");
}

std::string_view name_within(std::string_view demangled) { return NameFinder(demangled).run(); }

namespace {

std::string readable(const std::string& symbol, uint64_t& work, bool has_parameters) {
  if (!is_mangled(symbol) || symbol.size() > longest_mangled) return symbol;
  work += symbol.size();
  if (std::string path = rust_name(symbol); !path.empty()) return path;
  const size_t dot = std::min(symbol.find('.'), symbol.size());
  const std::string head = symbol.substr(0, dot), suffix = symbol.substr(dot);
  const bool is_rust = head.starts_with("_R");
  if (!is_rust && may_explode(head)) return symbol;
  const std::string name =
      is_rust ? rust_v0_name(head, work) : demangle(head, work, has_parameters);
  return name.empty() ? symbol : name + suffix.substr(0, suffix.find(".llvm."));
}

}  // namespace

std::string readable_name(const std::string& symbol, uint64_t& work) {
  return readable(symbol, work, false);
}

std::string name_with_parameters(const std::string& symbol) {
  uint64_t work = 0;
  return readable(symbol, work, true);
}

std::string readable_name(const std::string& symbol) {
  uint64_t work = 0;
  return readable_name(symbol, work);
}

}  // namespace plumb::probe
