#include "schema/describe.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace plumb::schema {
namespace {

// What the format says about a number; "" when it says nothing.
std::string_view word_for(Format format) {
  switch (format) {
    case Format::id:
    case Format::status:
      return "number";
    case Format::hex:
      return "address";
    case Format::octal:
      return "octal";
    case Format::error:
      return "errno";
    case Format::signal:
      return "signal";
    case Format::syscall:
      return "syscall";
    case Format::instant:
      return "time";
    case Format::cgroup:
      return "cgroup";
    case Format::container:
      return "container";
    case Format::symbol:
      return "symbol";
    case Format::mount:
      return "mount";
    case Format::device:
      return "device";
    case Format::stack:
      return "stack";
    case Format::user:
      return "user";
    case Format::group:
      return "group";
    case Format::plain:
      return "";
  }
  return "";
}

std::string_view word_for(Unit unit) {
  switch (unit) {
    case Unit::ns:
      return "duration";
    case Unit::bytes:
      return "size";
    case Unit::count:
      return "count";
    case Unit::none:
      return "number";
  }
  return "";
}

// "5s" for "5.00s"
std::string without_zeros(std::string shown) {
  const size_t point = std::min(shown.find('.'), shown.size());
  const size_t unit = shown.find_first_not_of(".0", point);
  if (unit != shown.npos && std::isalpha(shown[unit])) shown.erase(point, unit - point);
  return shown;
}

}  // namespace

std::string type_name(const Field& field) {
  switch (field.kind) {
    case Kind::boolean:
      return "true/false";
    case Kind::enumeration:
      return field.names && field.names->bits ? "some of" : "one of";
    case Kind::text:
      return "text";
    case Kind::tail_text:
      return "text";
    case Kind::tail_list:
      return "list";
    case Kind::address:
      return "ip";
    case Kind::unsigned_number:
    case Kind::signed_number:
      break;
  }
  std::string_view word = word_for(field.format);
  return std::string(word.empty() ? word_for(field.unit) : word);
}

std::string default_of(const Knob& knob) {
  if (knob.type.kind == Kind::boolean) return knob.fallback ? "on" : "off";
  if (knob.type.names)
    return std::string(knob.type.names->name_of(static_cast<int64_t>(knob.fallback)));
  if (knob.type.unit == Unit::ns) return without_zeros(show_duration(knob.fallback));
  if (knob.type.unit == Unit::bytes) return without_zeros(show_size(knob.fallback));
  return std::to_string(knob.fallback);
}

std::string_view privacy_name(Privacy privacy) {
  switch (privacy) {
    case Privacy::open:
      return "open";
    case Privacy::argument:
      return "argument";
    case Privacy::path:
      return "path";
    case Privacy::environment:
      return "environment";
    case Privacy::address:
      return "address";
  }
  return "";
}

}  // namespace plumb::schema
