#include "probe/trace_format.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "probe/cpp_operator.h"
#include "probe/signature.h"

namespace plumb::probe {
namespace {

using ValueForm = ContextValue::Form;

constexpr uint64_t most_offset = 1 << 16;
constexpr size_t most_fields = 256;
constexpr size_t longest_field = 63;
constexpr std::string_view number_of_call = "__syscall_nr";

// "field:DECLARATION;	offset:8;	size:4;	signed:1;"
struct FieldLine {
  std::string_view type;  // "__data_loc char", "const char *"
  std::string_view name;  // "filename"
  bool is_array = false;  // "char comm[16]", "char[] filename"
  uint64_t offset = 0, size = 0, is_signed = 0;
};

std::string_view without_blanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// What stands between `key` and the next ';'; "" where there is no such.
std::string_view part(std::string_view line, std::string_view key) {
  const size_t at = line.find(key);
  if (at == line.npos) return {};
  const std::string_view rest = line.substr(at + key.size());
  return rest.substr(0, rest.find(';'));
}

bool take_number(std::string_view line, std::string_view key, uint64_t& number) {
  const auto read = parse_unsigned(std::string(part(line, key)));
  if (read) number = *read;
  return static_cast<bool>(read);
}

std::optional<FieldLine> read_line(std::string_view text) {
  FieldLine line;
  if (!without_blanks(text).starts_with("field:")) return {};
  std::string_view declaration = without_blanks(part(text, "field:"));
  const auto is_part = [](char c) { return is_name_character(c); };
  if (declaration.ends_with(']')) {
    declaration = without_blanks(declaration.substr(0, declaration.rfind('[')));
    line.is_array = true;
  }
  const auto name = std::find_if_not(declaration.rbegin(), declaration.rend(), is_part);
  line.name = {name.base(), declaration.end()};
  line.type = without_blanks({declaration.begin(), name.base()});
  if (line.type.ends_with(']')) {
    line.type = without_blanks(line.type.substr(0, line.type.rfind('[')));
    line.is_array = true;
  }
  const bool is_told = take_number(text, "offset:", line.offset) &&
                       take_number(text, "size:", line.size) &&
                       take_number(text, "signed:", line.is_signed);
  if (!is_told || line.name.empty() || line.type.empty() || line.name.size() > longest_field)
    return {};
  if (line.offset > most_offset || line.size > most_offset - line.offset) return {};
  return line;
}

bool is_size_of_number(uint64_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

// The length of what comes later is in the record.
ContextField field_of_later(const FieldLine& line, std::string_view type, ValueForm form) {
  ContextField field;
  field.parameter.kind = type == "char" ? ValueKind::text : ValueKind::bytes;
  field.parameter.size = type == "char" ? 0 : max_bytes;
  field.value = {form, static_cast<uint32_t>(line.offset), 0};
  return field;
}

ContextField field_of_number(const FieldLine& line) {
  ContextField field;
  Parameter& number = field.parameter;
  number.size = static_cast<uint32_t>(line.size);
  number.kind = line.is_signed ? ValueKind::signed_number : ValueKind::unsigned_number;
  const auto declared = parse_result({line.type}, {0, line.type.size()});
  if (declared && declared->kind != ValueKind::text && declared->size <= line.size) {
    number.kind = declared->kind;
    number.size = declared->size;
  }
  field.value = {ValueForm::here, static_cast<uint32_t>(line.offset), number.size};
  return field;
}

ContextField field_of_pointer(const FieldLine& line, const FieldLine* next, bool is_of_call) {
  ContextField field;
  const bool is_buffer = next != nullptr && next->type == "size_t";
  const bool is_text = line.type == "const char *" && !is_buffer;
  const ValueForm form = !is_text     ? ValueForm::here
                         : is_of_call ? ValueForm::passed
                                      : ValueForm::pointed;
  field.parameter.kind = is_text ? ValueKind::text : ValueKind::pointer;
  field.parameter.size = is_text ? 0 : 8;
  field.value = {form, static_cast<uint32_t>(line.offset), static_cast<uint32_t>(line.size)};
  return field;
}

ContextField field_of(const FieldLine& line, const FieldLine* next, bool is_of_call) {
  for (const auto& [word, form] :
       {std::pair<std::string_view, ValueForm>{"__data_loc ", ValueForm::later},
        {"__rel_loc ", ValueForm::behind}})
    if (line.type.starts_with(word) && line.size == sizeof(uint32_t))
      return field_of_later(line, without_blanks(line.type.substr(word.size())), form);
  ContextField field;
  field.value = {ValueForm::here, static_cast<uint32_t>(line.offset),
                 static_cast<uint32_t>(line.size)};
  if (line.type.ends_with('*') && !line.is_array) return field_of_pointer(line, next, is_of_call);
  if (!line.is_array && is_size_of_number(line.size)) return field_of_number(line);
  const bool is_text = line.is_array && line.type == "char";
  field.parameter.kind = is_text ? ValueKind::text : ValueKind::bytes;
  field.parameter.size =
      is_text ? 0 : static_cast<uint32_t>(std::min<uint64_t>(line.size, max_bytes));
  return field;
}

}  // namespace

std::vector<ContextField> trace_fields(std::string_view format) {
  std::vector<FieldLine> lines;
  bool is_of_call = false;
  for (size_t at = 0; at < format.size() && lines.size() < most_fields;) {
    const size_t end = std::min(format.find('\n', at), format.size());
    const auto line = read_line(format.substr(at, end - at));
    if (line && line->name == number_of_call)
      is_of_call = true;
    else if (line && !line->name.starts_with("common_"))
      lines.push_back(*line);
    at = end + 1;
  }
  std::vector<ContextField> fields;
  for (size_t i = 0; i < lines.size(); i++) {
    if (lines[i].size == 0) continue;  // what only follows the record
    const FieldLine* next = i + 1 < lines.size() ? &lines[i + 1] : nullptr;
    ContextField field = field_of(lines[i], next, is_of_call);
    field.parameter.name = lines[i].name;
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace plumb::probe
