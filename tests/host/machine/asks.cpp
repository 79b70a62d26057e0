#include "machine/asks.h"

#include <algorithm>
#include <cctype>

namespace plumb::host {

using schema::Field, schema::Kind, schema::Unit;

const Field& Asks::field() { return event_.fields[random_.below(event_.fields.size())]; }

std::string Asks::text_value(const Field& field, bool is_end) {
  std::string value = random_.of<std::string>({"ls", "/etc", "python3", "", "sh", "/bin/ls"});
  if (!seen_.empty() && !random_.one_in(3)) value = random_.of(seen_).text(field.path);
  value = value.substr(0, std::min<size_t>(value.find('\0'), 70));
  const size_t half = value.size() / 2;
  if (random_.one_in(3)) value = is_end ? value.substr(half) : value.substr(0, half);
  return '"' + value + '"';
}

std::string Asks::number_value(const Field& field) {
  if (field.names) return random_.of(field.names->values).second;
  uint64_t value = random_.below(300);
  if (!seen_.empty() && !random_.one_in(4)) value = random_.of(seen_).number(field.path);
  const std::string unit = field.unit == Unit::ns ? "ns" : "";
  return (field.is_signed() ? std::to_string(static_cast<int64_t>(value)) : std::to_string(value)) +
         unit;
}

std::string Asks::comparison() {
  const Field& one = field();
  if (one.kind == Kind::address) return comparison();
  if (one.kind == Kind::boolean) return (random_.one_in(2) ? "!" : "") + one.path;
  if (one.is_text()) {
    const std::string op = random_.of<std::string>(
        {" == ", " == ", " != ", " startswith ", " startswith ", " endswith ", " contains "});
    return one.path + op + text_value(one, op == " endswith ");
  }
  const std::string op = one.names ? random_.of<std::string>({" == ", " != "})
                                   : random_.of<std::string>({" == ", " != ", " < ", " >= "});
  return one.path + op + number_value(one);
}

std::string Asks::where(int depth) {
  if (depth == 0 || random_.one_in(3)) return comparison();
  const std::string joint = random_.one_in(2) ? " && " : " || ";
  const std::string text = "(" + where(depth - 1) + joint + where(depth - 1) + ")";
  return random_.one_in(4) ? "!" + text : text;
}

query::Ask Asks::any() {
  if (random_.one_in(8)) return {.all_fields = true, .private_fields = false};
  query::Ask ask;
  if (!random_.one_in(4)) ask.where = where(static_cast<int>(random_.below(4)));
  if (random_.one_in(4)) {
    ask.by = field().path;
    if (random_.one_in(2)) ask.by += "," + field().path;
    const Field& number = field();
    if (number.is_number() && number.unit != Unit::none && number.format == schema::Format::plain)
      ask.show = "sum(" + number.path + ")" +
                 (number.is_signed() ? "" : ",p99(" + number.path + ")");
    ask.keys = static_cast<uint32_t>(1 + random_.below(4));
    return ask;
  }
  if (random_.one_in(2))
    ask.all_fields = true;
  else
    ask.fields = field().path + "," + field().path;
  return ask;
}

}  // namespace plumb::host
