#include "probe/rust_v0.h"

#include <fmt/format.h>

#include <utility>

#include "probe/rust_text.h"

namespace plumb::probe {
namespace {

constexpr uint64_t most_bound = 64;  // lifetimes by one binder

// One method for each production of the grammar. What refers back is read again, in bounds.
class Demangler : RustText {
 public:
  Demangler(std::string_view text, uint64_t& work) : RustText(text, work) {}

  // Behind the name may stand the crate that made it an instance.
  std::string run() {
    path(true);
    is_silent_ = true;
    if (good_ && at_ < text_.size()) path(false);
    return good_ && at_ == text_.size() ? std::move(out_) : std::string();
  }

 private:
  // Reads again what was read before; `what` is one of the methods below.
  template <class What>
  void back(What what) {
    const size_t mark = at_ - 1;
    const uint64_t to = base_62();
    if (!good_ || to >= mark) return void(bad());
    if (is_silent_) return;
    const size_t after = std::exchange(at_, static_cast<size_t>(to));
    what();
    at_ = after;
  }

  // Within a type there is no :: before the arguments.
  void path(bool is_value) {
    if (!enter()) return;
    switch (next()) {
      case 'C':
        print(identifier().name);
        break;
      case 'M':
        skip_impl();
        print("<");
        type();
        print(">");
        break;
      case 'X':
        skip_impl();
        as_trait();
        break;
      case 'Y':
        as_trait();
        break;
      case 'N':
        nested(is_value);
        break;
      case 'I':
        path(is_value);
        print(is_value ? "::<" : "<");
        generic_arguments();
        print(">");
        break;
      case 'B':
        back([&] { path(is_value); });
        break;
      default:
        bad();
    }
    depth_--;
  }

  void skip_impl() {
    number_behind('s');
    const bool was_silent = std::exchange(is_silent_, true);
    path(false);
    is_silent_ = was_silent;
  }
  void as_trait() {
    print("<");
    type();
    print(" as ");
    path(false);
    print(">");
  }

  void nested(bool is_value) {
    const char kind = next();
    const bool is_special = kind >= 'A' && kind <= 'Z';
    if (!is_special && (kind < 'a' || kind > 'z')) bad();
    path(is_value);
    const Identifier inner = identifier();
    if (!is_special) {
      if (!inner.name.empty()) print("::" + inner.name);
      return;
    }
    const std::string what = kind == 'C' ? "closure" : kind == 'S' ? "shim" : std::string(1, kind);
    print(fmt::format("::{{{}{}{}#{}}}", what, inner.name.empty() ? "" : ":", inner.name,
                      inner.number));
  }

  void generic_arguments() {
    list([&] {
      if (take('L'))
        lifetime(base_62());
      else if (take('K'))
        constant();
      else
        type();
    });
  }
  // Up to an E.
  template <class Each>
  size_t list(Each each, std::string_view between = ", ") {
    size_t count = 0;
    for (; good_ && !take('E'); count++) {
      if (count > 0) print(between);
      each();
    }
    return count;
  }

  // Those of the binders around it have letters, from the outermost on.
  void lifetime(uint64_t index) {
    if (index == 0) return print("'_");
    if (index > bound_) return void(bad());
    const uint64_t which = bound_ - index;
    print(which < 26 ? fmt::format("'{}", static_cast<char>('a' + which))
                     : fmt::format("'_{}", which));
  }
  template <class Within>
  void bind(Within within) {
    const uint64_t count = number_behind('G');
    if (count > most_bound) return void(bad());
    if (count > 0) print("for<");
    for (uint64_t i = 0; i < count; i++) {
      bound_++;
      if (i > 0) print(", ");
      lifetime(1);
    }
    if (count > 0) print("> ");
    within();
    bound_ -= count;
  }

  void type() {
    if (!enter()) return;
    const char first = next();
    if (const std::string_view name = basic_type(first); !name.empty())
      print(name);
    else
      compound(first);
    depth_--;
  }

  void compound(char first) {
    switch (first) {
      case 'A':
      case 'S':
        print("[");
        type();
        if (first == 'A') {
          print("; ");
          constant();
        }
        print("]");
        break;
      case 'T':
        print("(");
        if (list([&] { type(); }) == 1) print(",");
        print(")");
        break;
      case 'R':
      case 'Q':
        reference(first);
        break;
      case 'P':
      case 'O':
        print(first == 'P' ? "*const " : "*mut ");
        type();
        break;
      case 'F':
        bind([&] { signature(); });
        break;
      case 'D':
        bounds();
        break;
      case 'B':
        back([&] { type(); });
        break;
      default:
        at_ -= good_ ? 1 : 0;
        path(false);
    }
  }

  void reference(char kind) {
    print("&");
    if (take('L'))
      if (const uint64_t index = base_62(); index != 0) {
        lifetime(index);
        print(" ");
      }
    if (kind == 'Q') print("mut ");
    type();
  }

  void signature() {
    if (take('U')) print("unsafe ");
    if (take('K')) {
      std::string abi = take('C') ? "C" : plain_identifier();
      for (char& c : abi)
        if (c == '_') c = '-';
      print("extern \"" + abi + "\" ");
    }
    print("fn(");
    list([&] { type(); });
    print(")");
    if (take('u')) return;
    print(" -> ");
    type();
  }

  void bounds() {
    print("dyn ");
    bind([&] { list([&] { bound(); }, " + "); });
    if (!take('L')) return void(bad());
    if (const uint64_t index = base_62(); index != 0) {
      print(" + ");
      lifetime(index);
    }
  }
  // What is bound to a trait's types stands among its arguments.
  void bound() {
    bool is_open = false;
    trait(is_open);
    while (good_ && take('p')) {
      print(is_open ? ", " : "<");
      is_open = true;
      print(plain_identifier() + " = ");
      type();
    }
    if (is_open) print(">");
  }
  void trait(bool& is_open) {
    if (!enter()) return;
    if (take('B')) {
      back([&] { trait(is_open); });
    } else if (take('I')) {
      path(false);
      print("<");
      generic_arguments();
      is_open = true;
    } else {
      path(false);
    }
    depth_--;
  }

  void constant() {
    if (!enter()) return;
    const char kind = next();
    if (kind == 'B') {
      back([&] { constant(); });
    } else if (kind == 'p') {
      print("_");
    } else if (std::string_view("abchijlmnostxy").find(kind) != std::string_view::npos) {
      const bool is_negative = take('n');
      const size_t begin = at_;
      while (good_ && next() != '_') continue;
      if (good_) number(kind, is_negative, text_.substr(begin, at_ - begin - 1));
    } else {
      bad();  // of structures and texts: no name of a function that is called has them
    }
    depth_--;
  }

  void number(char kind, bool is_negative, std::string_view digits) {
    const std::string told = constant_of(kind, digits);
    if (told.empty()) return void(bad());
    if (is_negative) print("-");
    print(told);
  }

  uint64_t bound_ = 0;  // lifetimes that are bound here
};

}  // namespace

std::string rust_v0_name(std::string_view symbol, uint64_t& work) {
  if (!symbol.starts_with("_R")) return {};
  return Demangler(symbol.substr(2), work).run();
}

}  // namespace plumb::probe
