#include "kernel/probe_event.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>

#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

using probe::Parameter;
using probe::ValueKind;

// Types are added one after the other; after the first that fails nothing more is, and result()
// says so.
class Types {
 public:
  explicit Types(btf* types) : types_(types) {}

  int number(uint32_t size, int encoding) {
    return checked(
        btf__add_int(types_, fmt::format("number{}_{}", size, encoding).c_str(), size, encoding));
  }
  int named(const char* name, uint32_t kind) {
    return checked(btf__find_by_name_kind(types_, name, kind));
  }
  int structure(const std::string& name, uint32_t size) {
    return checked(btf__add_struct(types_, name.c_str(), size));
  }
  // Of the struct that was added last.
  void field(const std::string& name, int type, uint32_t offset) {
    checked(btf__add_field(types_, name.c_str(), type, offset * 8, 0));
  }
  int enumeration(const std::string& name) {
    return checked(btf__add_enum(types_, name.c_str(), sizeof(uint32_t)));
  }
  // Of the values that a number of so many bytes may have, without a name.
  int enumeration(uint32_t size, const std::vector<probe::Enumerator>& all) {
    const bool is_wide = size > sizeof(uint32_t);
    const int id = checked(is_wide ? btf__add_enum64(types_, nullptr, size, false)
                                   : btf__add_enum(types_, nullptr, size));
    for (const probe::Enumerator& each : all)
      checked(is_wide ? btf__add_enum64_value(types_, each.name.c_str(),
                                              static_cast<uint64_t>(each.value))
                      : btf__add_enum_value(types_, each.name.c_str(), each.value));
    return id;
  }
  void value(const std::string& name, int64_t value) {
    checked(btf__add_enum_value(types_, name.c_str(), value));
  }
  // On a type, or a member of it.
  void tag(int type, const std::string& text, int member = -1) {
    checked(btf__add_decl_tag(types_, text.c_str(), type, member));
  }
  Result<> result() const {
    return error_ == 0 ? Result<>() : fail_errno("describe a probe's event", error_);
  }
  btf* get() const { return types_; }

 private:
  int checked(int answer) {
    if (answer < 0 && error_ == 0) error_ = -answer;
    return answer;
  }

  btf* types_;
  int error_ = 0;
};

struct Shape {
  int type = 0;
  std::vector<std::string> tags;
};

Shape shape_of(Types& types, const Parameter& parameter) {
  if (!parameter.enumerators.empty())
    return {types.enumeration(parameter.size, parameter.enumerators),
            {"verbatim", "privacy:argument"}};
  switch (parameter.kind) {
    case ValueKind::text:
    case ValueKind::bytes:
      return {types.named("text_t", BTF_KIND_TYPEDEF), {"privacy:argument"}};
    case ValueKind::boolean:
      return {types.number(1, BTF_INT_BOOL), {}};
    case ValueKind::pointer:
      return {types.number(8, 0), {"format:hex", "privacy:address"}};
    case ValueKind::signed_number:
      return {types.number(parameter.size, BTF_INT_SIGNED), {"unit:count", "privacy:argument"}};
    case ValueKind::unsigned_number:
      break;
  }
  return {types.number(parameter.size, 0), {"unit:count", "privacy:argument"}};
}

// A member of the event to be: types come before the struct that has them.
struct Member {
  std::string name;
  Shape shape;
  uint32_t offset = 0;
};

class Describer {
 public:
  Describer(Types types, const probe::ProbeEvent& probe) : types_(types), probe_(probe) {}

  Result<> run() {
    members_.push_back({"who", {types_.named("caller", BTF_KIND_STRUCT), {}}, TRY(at("who"))});
    TRY(add_function());
    if (!probe_.parameters.empty()) TRY(add_arguments());
    if (probe_.result) {
      Shape shape = shape_of(types_, *probe_.result);
      shape.tags.push_back(fmt::format("unless:unread:{}", result_bit()));
      members_.push_back({"ret", std::move(shape), TRY(at("result"))});
    }
    if (probe_.at_call && probe_.at_return)
      members_.push_back(
          {"latency",
           {types_.named("ns_t", BTF_KIND_TYPEDEF), {"doc:from the call to its return"}},
           TRY(at("latency"))});
    TRY(add_unread());
    add_event(TRY(size()));
    return types_.result();
  }

 private:
  Result<uint32_t> at(const char* member) const {
    return TRY(place_in(types_.get(), "probe", member)).offset;
  }
  Result<uint32_t> size() const {
    const Place last = TRY(place_in(types_.get(), "probe", "latency"));
    return last.offset + last.size;
  }

  // In `unread`: values have bits from 0 on.
  uint64_t result_bit() const {
    uint64_t bit = 0;
    enumerator(types_.get(), "PROBE_VALUES", bit);
    return bit;
  }

  void tag_value(int type, const Shape& shape, size_t i) {
    for (const std::string& tag : shape.tags) types_.tag(type, tag, static_cast<int>(i));
    types_.tag(type, fmt::format("unless:unread:{}", i), static_cast<int>(i));
  }

  Result<> add_function() {
    const int names = types_.enumeration("probe_function");
    for (size_t i = 0; i < probe_.functions.size(); i++)
      types_.value(probe_.functions[i], static_cast<int64_t>(i));
    Shape shape{names, {"verbatim", "key", "doc:the function, or the static probe"}};
    if (probe_.functions.size() < 2) shape.tags.emplace_back("detail");
    members_.push_back({"function", std::move(shape), TRY(at("function"))});
    return {};
  }

  Result<> add_arguments() {
    const uint32_t first = TRY(at("value[0]"));
    std::vector<Shape> shapes;
    for (const Parameter& each : probe_.parameters) shapes.push_back(shape_of(types_, each));
    const auto size = static_cast<uint32_t>(shapes.size() * sizeof(uint64_t));
    const int arguments = types_.structure("probe_arguments", size);
    for (size_t i = 0; i < shapes.size(); i++)
      types_.field(probe_.parameters[i].name, shapes[i].type,
                   static_cast<uint32_t>(i * sizeof(uint64_t)));
    for (size_t i = 0; i < shapes.size(); i++) tag_value(arguments, shapes[i], i);
    members_.push_back({"arg", {arguments, {"key"}}, first});
    return {};
  }

  // Which values could not be read, by name.
  Result<> add_unread() {
    if (probe_.parameters.empty() && !probe_.result) return {};
    const int names = types_.enumeration("probe_unread");
    for (size_t i = 0; i < probe_.parameters.size(); i++)
      types_.value(probe_.parameters[i].name, int64_t{1} << i);
    if (probe_.result) types_.value("ret", int64_t{1} << result_bit());
    members_.push_back({"unread",
                        {names,
                         {"verbatim", "bits", "detail",
                          "doc:values whose memory could not be read; they are shown as nothing"}},
                        TRY(at("unread"))});
    return {};
  }

  void add_event(uint32_t size) {
    const int event = types_.structure(probe_.name, size);
    for (const Member& each : members_) types_.field(each.name, each.shape.type, each.offset);
    types_.tag(event, "event:" + probe_.text);
    for (size_t i = 0; i < members_.size(); i++)
      for (const std::string& tag : members_[i].shape.tags)
        types_.tag(event, tag, static_cast<int>(i));
  }

  Types types_;
  const probe::ProbeEvent& probe_;
  std::vector<Member> members_;
};

}  // namespace

Result<> describe_event(btf* types, const probe::ProbeEvent& probe) {
  return Describer(Types(types), probe).run();
}

}  // namespace plumb::kernel
