#include "probe/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "probe/cpp_operator.h"
#include "probe/operand.h"
#include "probe/signature.h"

namespace plumb::probe {
namespace {

// What each surface's specs may have.
struct SurfaceForm {
  Surface surface;
  const char* name;
  const char* example;
  const char* before;  // what stands before the name; "": nothing does
  bool names_code;     // of a program, whose functions may be C++'s, and have addresses
  bool has_offset;
  bool has_parameters;
  bool has_result;
};
constexpr const char* program = "a program or library";
constexpr std::array forms = {
    SurfaceForm{Surface::uprobe, "uprobe", "uprobe:libc:malloc(size_t size) -> ptr", program, true,
                true, true, true},
    SurfaceForm{Surface::uretprobe, "uretprobe", "uretprobe:libc:malloc -> ptr", program, true,
                false, false, true},
    SurfaceForm{Surface::usdt, "usdt", "usdt:python:function__entry", program, false, false, true,
                false},
    SurfaceForm{Surface::tracepoint, "tracepoint", "tracepoint:sched:sched_switch", "a category",
                false, false, false, false},
    SurfaceForm{Surface::raw_tp, "raw_tp", "raw_tp:sys_enter", "", false, false, true, false},
    SurfaceForm{Surface::kprobe, "kprobe", "kprobe:do_unlinkat(int dfd) -> s32", "", false, true,
                true, true},
    SurfaceForm{Surface::kretprobe, "kretprobe", "kretprobe:do_unlinkat -> s32", "", false, false,
                false, true},
    SurfaceForm{Surface::fentry, "fentry", "fentry:do_unlinkat", "", false, false, true, true},
    SurfaceForm{Surface::fexit, "fexit", "fexit:do_unlinkat", "", false, false, true, true}};

// As Go writes the methods of a pointer: "main.(*Server).handle".
size_t receiver_at(std::string_view text, size_t at) {
  if (at == 0 || text[at - 1] != '.' || !text.substr(at).starts_with("(*")) return 0;
  const size_t close = text.find(')', at);
  return close != text.npos && text.substr(close).starts_with(").") ? close + 1 - at : 0;
}

// What C++ puts behind a name that is for one form of its library: "name[abi:cxx11]".
size_t abi_tag_at(std::string_view text, size_t at) {
  if (!text.substr(at).starts_with("[abi:")) return 0;
  const size_t close = text.find(']', at);
  return close == text.npos ? 0 : close + 1 - at;
}

// How many bytes from `at` on are part of a name although they look like a signature, or a target:
// an operator, a receiver, a tag, and the one name with parentheses that every C++ program has.
size_t odd_name_at(std::string_view text, size_t at) {
  constexpr std::string_view unnamed = "(anonymous namespace)";
  if (text.substr(at).starts_with(unnamed)) return unnamed.size();
  if (const size_t tag = abi_tag_at(text, at); tag != 0) return tag;
  const size_t receiver = receiver_at(text, at);
  return receiver != 0 ? receiver : operator_at(text, at);
}

// Where from `at` on a ':' stands alone; npos: nowhere.
size_t lone_colon(std::string_view text, size_t at) {
  while (at < text.size()) {
    const size_t tag = abi_tag_at(text, at);
    if (tag == 0 && text[at] == ':' && !text.substr(at).starts_with("::")) return at;
    at += text[at] == ':' ? 2 : std::max<size_t>(tag, 1);
  }
  return std::string_view::npos;
}

class SpecParser {
 public:
  explicit SpecParser(std::string_view text) : written_{text}, text_(text) {}

  Result<Spec> run() {
    if (text_.size() > max_spec)
      return misuse(fmt::format("probe: more than {} characters", max_spec));
    const auto odd = std::ranges::find_if(
        text_, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
    if (odd != text_.end())
      return complain({index(odd), index(odd) + 1}, "unexpected character", "no name has it");
    TRY(take_surface());
    TRY(take_target());
    TRY(take_name());
    TRY(take_parameters());
    TRY(take_result());
    spec_.text = text_;
    return std::move(spec_);
  }

 private:
  size_t index(std::string_view::iterator at) const {
    return static_cast<size_t>(at - text_.begin());
  }
  Fail complain(Stretch stretch, const std::string& what, const std::string& hint) const {
    return written_.complain(stretch, what, hint);
  }
  Fail complain(Stretch stretch, const std::string& what) const {
    return complain(stretch, what, std::string("write ") + form_->example);
  }
  Stretch all_the_rest() const { return {at_, text_.size()}; }
  bool is_next(std::string_view wanted) const { return text_.substr(at_).starts_with(wanted); }

  Result<> take_surface() {
    const size_t colon = std::min(text_.find(':'), text_.size());
    const Stretch word{0, colon};
    const std::string name(written_.at(word));
    for (const SurfaceForm& each : forms)
      if (name == each.name) form_ = &each;
    if (name.empty()) return complain(word, "a surface is expected here", known_surfaces());
    if (form_ == nullptr) return complain(word, "unknown surface '" + name + "'", similar(name));
    if (colon == text_.size()) return complain({colon, colon}, "':' is expected here");
    spec_.surface = form_->surface;
    at_ = colon + 1;
    return {};
  }

  static std::string known_surfaces() {
    std::string all = "surfaces are";
    for (const SurfaceForm& each : forms) all += std::string(" ") + each.name;
    return all + ": write uprobe:libc:malloc";
  }
  static std::string similar(const std::string& name) {
    std::vector<std::string> names;
    for (const SurfaceForm& each : forms) names.emplace_back(each.name);
    const std::string near = nearest(name, names);
    return near.empty() ? known_surfaces() : "did you mean '" + near + "'?";
  }

  Result<> take_target() {
    if (*form_->before == '\0') return {};
    const size_t colon = lone_colon(text_, at_);
    const Stretch target{at_, std::min(colon, text_.size())};
    if (target.begin == target.end || (target.begin < text_.size() && text_[at_] == ':'))
      return complain({at_, at_}, std::string(form_->before) + " is expected here");
    if (colon == std::string_view::npos)
      return complain({text_.size(), text_.size()}, "':' and a name are expected here");
    if (const size_t inner = text_.find("::", at_); inner < colon)
      return complain({inner, inner + 2}, std::string(form_->before) + " has no ':'");
    if (!form_->names_code && form_->surface != Surface::usdt) TRY(check_plain(target));
    spec_.target = written_.at(target);
    at_ = colon + 1;
    return {};
  }

  size_t end_of_name() const {
    size_t end = at_;
    while (end < text_.size()) {
      const size_t odd = odd_name_at(text_, end);
      if (odd == 0 && (text_[end] == '(' || text_.substr(end).starts_with("->"))) break;
      end += std::max<size_t>(odd, 1);
    }
    return end;
  }

  Result<> take_name() {
    Stretch name{at_, end_of_name()};
    at_ = name.end;
    const size_t colon = lone_colon(text_.substr(0, name.end), name.begin);
    if (form_->surface == Surface::usdt && colon != std::string_view::npos) {
      const Stretch provider{name.begin, colon};
      TRY(check_plain(provider));
      spec_.provider = written_.at(provider);
      name.begin = colon + 1;
    }
    name = written_.trimmed(name);
    if (name.begin == name.end) return complain(name, "a name is expected here");
    if (form_->names_code && is_digit(text_[name.begin])) return take_address(name);
    if (form_->names_code && colon != std::string_view::npos)
      return complain({colon, colon + 1}, "':' is not expected here",
                      std::string(form_->before) + " has no ':' in its path");
    if (form_->has_offset) TRY(take_offset(name));
    if (!form_->names_code) TRY(check_plain(name));
    spec_.function = written_.at(name);
    return {};
  }

  // A name of the kernel's, of a static probe or of its provider.
  Result<> check_plain(Stretch name) const {
    if (name.begin == name.end) return complain(name, "a name is expected here");
    for (size_t i = name.begin; i < name.end; i++)
      if (!is_name_character(text_[i]) &&
          std::string_view(".*?-$").find(text_[i]) == std::string_view::npos)
        return complain({i, i + 1}, "unexpected character");
    return {};
  }

  Result<> take_address(Stretch number) {
    int64_t address = 0;
    if (!parse_number(written_.at(number), address))
      return complain(number, "'" + std::string(written_.at(number)) + "' is not an offset",
                      "an offset in the file is a number: uprobe:PATH:0x1234");
    spec_.address = static_cast<uint64_t>(address);
    return {};
  }

  // Cuts it off the name.
  Result<> take_offset(Stretch& name) {
    const size_t plus = text_.rfind('+', name.end - 1);
    if (plus == std::string_view::npos || plus < name.begin) return {};
    for (size_t i = name.begin; i <= plus; i++)
      if (i + odd_name_at(text_, i) > plus) return {};
    const Stretch number = written_.trimmed({plus + 1, name.end});
    int64_t offset = 0;
    if (number.begin == number.end || !is_digit(text_[number.begin]) ||
        !parse_number(written_.at(number), offset))
      return complain(number, "a number is expected behind '+'",
                      std::string("write ") + form_->name +
                          (form_->names_code ? ":libc:malloc+0x10" : ":do_unlinkat+0x10"));
    spec_.offset = static_cast<uint64_t>(offset);
    name = written_.trimmed({name.begin, plus});
    if (name.begin == name.end) return complain(name, "a name is expected here");
    return {};
  }

  Result<> take_parameters() {
    if (!is_next("(")) return {};
    const size_t close = text_.find(')', at_);
    if (close == std::string_view::npos)
      return complain({text_.size(), text_.size()}, "')' is expected here");
    const Stretch within{at_ + 1, close};
    if (!form_->has_parameters && !form_->has_result)
      return complain({at_, close + 1}, std::string(form_->name) + " has no signature",
                      "the kernel tells its fields: leave it out");
    if (!form_->has_parameters && !written_.at(written_.trimmed(within)).empty())
      return complain(
          within, "when a function returns, its parameters are gone",
          fmt::format("{} with -> pairs both: write {}", pairing().name, pairing().example));
    spec_.parameters = TRY(parse_parameters(written_, within));
    spec_.has_parameters = true;
    at_ = close + 1;
    return {};
  }

  const SurfaceForm& pairing() const {
    const Surface both = form_->surface == Surface::uretprobe ? Surface::uprobe : Surface::kprobe;
    return *std::ranges::find(forms, both, &SurfaceForm::surface);
  }

  Result<> take_result() {
    const Stretch rest = written_.trimmed(all_the_rest());
    if (rest.begin == rest.end) return {};
    at_ = rest.begin;
    if (!is_next("->")) return complain({at_, at_ + 1}, "'->' or nothing is expected here");
    if (!form_->has_result)
      return complain(rest, std::string(form_->name) + " has no result",
                      "leave out -> and what follows");
    if (spec_.offset != 0)
      return complain(rest, "only where a function begins its return can be paired",
                      "leave out the offset, or the result");
    spec_.has_return = true;
    const Stretch type = written_.trimmed({at_ + 2, rest.end});
    if (type.begin == type.end) return {};
    spec_.result = TRY(parse_result(written_, {at_ + 2, rest.end}));
    return {};
  }

  const Written written_;
  const std::string_view text_;
  size_t at_ = 0;  // the first byte that is not taken yet
  const SurfaceForm* form_ = nullptr;
  Spec spec_;
};

}  // namespace

// The * of a receiver is part of a name.
bool Spec::is_pattern() const {
  for (size_t at = 0; (at = function.find_first_of("*?", at)) != std::string::npos; at++)
    if (at == 0 || function[at - 1] != '(') return true;
  return false;
}

Result<Spec> parse_spec(std::string_view text) { return SpecParser(text).run(); }

bool is_in_kernel(Surface surface) {
  return surface != Surface::uprobe && surface != Surface::uretprobe && surface != Surface::usdt;
}

const char* name_of(Surface surface) {
  return std::ranges::find(forms, surface, &SurfaceForm::surface)->name;
}

}  // namespace plumb::probe
