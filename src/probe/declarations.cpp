#include "probe/declarations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "probe/debug_file.h"
#include "probe/elf.h"

namespace plumb::probe {
namespace {

constexpr size_t most_asked = 64;  // functions of a pattern in a file

// What GCC makes of a function for some of its callers: its parameters are others, or fewer.
bool is_clone(std::string_view name) {
  constexpr auto marks = std::to_array<std::string_view>({".constprop", ".isra", ".part", ".cold"});
  return std::ranges::any_of(
      marks, [&](std::string_view mark) { return name.find(mark) != std::string_view::npos; });
}

}  // namespace

// Behind an entry nobody knows what is where; of static probes their notes tell it.
Declarations::Declarations(const Spec& spec, UserProbe& probe)
    : spec_(spec),
      probe_(probe),
      wants_parameters_(probe.at_call && !spec.has_parameters && spec.offset == 0),
      wants_result_(probe.at_return && !spec.result) {}

void Declarations::look_at(const Bytes& bytes, const ProbedFile& file,
                           const std::optional<OpenFile>& symbols) {
  if ((!wants_parameters_ && !wants_result_) || file.sites.empty()) return;
  if (auto asked = ask(bytes, file, symbols); !asked) {
    failure_ = asked.error().what;
    take(std::nullopt);
  }
}

// Go and 32-bit programs pass their arguments in ways of their own.
Result<> Declarations::ask(const Bytes& bytes, const ProbedFile& file,
                           const std::optional<OpenFile>& symbols) {
  const Elf elf = TRY(Elf::of(bytes));
  const OpenFile* told = with_debug_information(elf, file.open, symbols);
  const bool is_told =
      told != nullptr && elf.address_size() == 8 && !has_section(elf, ".gopclntab");
  if (!is_told || file.sites.size() > most_asked) {
    take(std::nullopt);
    return {};
  }
  std::vector<uint64_t> addresses;
  for (const ProbeSite& site : file.sites)
    addresses.push_back(elf.address_of(site.entry).value_or(0));
  auto all = TRY(declared_at(told->file.get(), addresses));
  for (size_t i = 0; i < all.size(); i++) {
    if (is_clone(probe_.functions[file.sites[i].function])) {
      all[i] = Declared();
      all[i]->remark = "the compiler has changed its parameters";
    }
    take(std::move(all[i]));
  }
  return {};
}

void Declarations::take(std::optional<Declared> declared) {
  if (is_first_)
    first_ = std::move(declared);
  else if (first_.has_value() != declared.has_value() || (first_ && !first_->is_like(*declared)))
    differ_ = true;
  is_first_ = false;
}

std::string Declarations::why_not() const {
  if (differ_ && spec_.is_pattern())
    return "arguments: none, as the functions have different ones, or no debug information: name "
           "one, or write a signature";
  if (differ_) return "arguments: none, as there are several functions, with different ones";
  if (!failure_.empty()) return "arguments: none: " + failure_;
  return first_ && !first_->remark.empty() ? "arguments: " + first_->remark : std::string();
}

void Declarations::settle() {
  if (const std::string remark = why_not(); !remark.empty()) probe_.remarks.push_back(remark);
  if (first_ && !differ_) {
    if (wants_parameters_) {
      probe_.parameters = first_->parameters;
      probe_.passed = first_->passed;
    }
    if (wants_result_) probe_.result = first_->result;
    probe_.declared = std::move(first_);
  }
  for (ProbedFile& file : probe_.files) give_places(file);
}

void Declarations::settle(ProbedFile& file) {
  const bool is_asked = wants_parameters_ || wants_result_;
  const bool is_alike =
      !is_asked || !probe_.declared || (!differ_ && first_ && first_->is_like(*probe_.declared));
  if (is_alike) give_places(file);
}

void Declarations::give_places(ProbedFile& file) const {
  if (probe_.is_static) return;
  for (ProbeSite& site : file.sites)
    if (site.values.empty()) site.values = passed_arguments(probe_.passed, site.stack_moved);
}

}  // namespace plumb::probe
