#include "render/word.h"

#include "schema/syscalls.h"

namespace plumb::render {

using schema::Format;
using schema::Kind;

bool has_words(const schema::Field& field) {
  if (field.kind == Kind::enumeration) return true;
  switch (field.format) {
    case Format::error:
    case Format::signal:
    case Format::syscall:
    case Format::cgroup:
    case Format::container:
    case Format::user:
    case Format::group:
    case Format::symbol:
    case Format::mount:
    case Format::stack:
      return true;
    default:
      return false;
  }
}

Word word_for(const schema::Field& field, uint64_t bits, schema::Names& names) {
  const auto value = static_cast<int64_t>(bits);
  std::string_view text;
  if (field.kind == Kind::enumeration) {
    if (field.names) text = field.names->name_of(value);
    return {text, !text.empty()};
  }
  switch (field.format) {
    case Format::error:
      if (value != 0) text = schema::error_name(value);
      return {text, value == 0 || !text.empty()};
    case Format::signal:
      if (value != 0) text = schema::signal_name(value);
      return {text, value == 0 || !text.empty()};
    case Format::syscall:
      return {schema::syscall_name(static_cast<uint32_t>(bits)), true};
    case Format::container:
    case Format::symbol:
    case Format::mount:
    case Format::stack:
      return {names.name(field.format, bits), true};
    case Format::cgroup:
    case Format::user:
    case Format::group:
      text = names.name(field.format, bits);
      return {text, !text.empty()};
    default:
      return {};
  }
}

}  // namespace plumb::render
