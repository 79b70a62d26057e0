#include "kernel/python_tables.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "kernel/record_bytes.h"
#include "python/text.h"

namespace plumb::kernel {
namespace {

using python::Layout;

constexpr std::array<std::pair<const char*, uint16_t Layout::*>, 18> layout_members = {{
    {"interpreters", &Layout::interpreters},
    {"next_interpreter", &Layout::next_interpreter},
    {"threads", &Layout::threads},
    {"next_thread", &Layout::next_thread},
    {"thread_id", &Layout::thread_id},
    {"thread_frame", &Layout::thread_frame},
    {"frame_holder", &Layout::frame_holder},
    {"previous", &Layout::previous},
    {"code", &Layout::code},
    {"position", &Layout::position},
    {"entry", &Layout::entry},
    {"first_line", &Layout::first_line},
    {"file", &Layout::file},
    {"name", &Layout::name},
    {"lines", &Layout::lines},
    {"instructions", &Layout::instructions},
    {"ascii_text", &Layout::ascii_text},
    {"other_text", &Layout::other_text},
}};

// By python::Entry and python::Position, as bpf/python_tables.bpf.h calls them.
constexpr std::array entry_names = {"PYTHON_ONE_EACH", "PYTHON_ENTRY_FLAG", "PYTHON_ENTRY_FRAME"};
constexpr std::array position_names = {"PYTHON_BYTES", "PYTHON_UNITS", "PYTHON_ADDRESS"};

}  // namespace

Result<PythonTables> PythonTables::open(const Tracer& engine) {
  PythonTables tables(engine);
  TRY(tables.read_layout());
  return tables;
}

Result<> PythonTables::read_layout() {
  const std::array<std::pair<const char*, Place Record::*>, 12> members = {{
      {"tracer", &Record::tracer},
      {"number", &Record::number},
      {"first_line", &Record::first_line},
      {"layout", &Record::layout},
      {"lines_size", &Record::lines_size},
      {"file_size", &Record::file_size},
      {"name_size", &Record::name_size},
      {"file_width", &Record::file_width},
      {"name_width", &Record::name_width},
      {"file[0]", &Record::file},
      {"name[0]", &Record::name},
      {"lines[0]", &Record::lines},
  }};
  for (const auto& [name, member] : members)
    record_.*member = TRY(place_in(engine_->types(), "python_code_record", name));
  record_.most_lines = static_cast<uint32_t>(engine_->constant("PYTHON_LINES_BYTES"));
  record_.kind = static_cast<uint16_t>(engine_->constant("PYTHON_CODE_RECORD"));
  return {};
}

Result<uint32_t> PythonTables::add(const python::Interpreter& interpreter) {
  const bpf_map* map = bpf_object__find_map_by_name(engine_->object(), "python_layouts");
  if (used_ == bpf_map__max_entries(map)) return uint32_t{0};
  std::string bytes(bpf_map__value_size(map), '\0');
  const auto set = [&](const char* member, uint64_t value) -> Result<> {
    put_number(bytes, TRY(place_in(engine_->types(), "python_layout", member)), value);
    return {};
  };
  TRY(set("runtime", interpreter.runtime));
  TRY(set("code_type", interpreter.code_type));
  TRY(set("loop", interpreter.loop.offset));
  TRY(set("loop_size", interpreter.loop.size));
  TRY(set("cold", interpreter.cold.offset));
  TRY(set("cold_size", interpreter.cold.size));
  for (const auto& [name, member] : layout_members) TRY(set(name, interpreter.layout.*member));
  const auto entry = static_cast<size_t>(interpreter.layout.entry_form);
  const auto position = static_cast<size_t>(interpreter.layout.position_form);
  TRY(set("entry_form", engine_->constant(entry_names.at(entry))));
  TRY(set("position_form", engine_->constant(position_names.at(position))));
  if (bpf_map_update_elem(bpf_map__fd(map), &used_, bytes.data(), BPF_ANY))
    return fail_errno("fill the map python_layouts", errno);
  return ++used_;
}

std::optional<SentCode> PythonTables::code_of(std::string_view record) const {
  if (record.size() < record_.lines.offset) return {};
  if (number_at<uint16_t>(record, record_.tracer) != record_.kind) return {};
  const auto part = [&](Place begin, uint64_t size) {
    return record.substr(begin.offset, std::min<uint64_t>(size, record.size() - begin.offset));
  };
  SentCode code;
  code.number = number_at<uint32_t>(record, record_.number);
  code.interpreter = number_at<uint32_t>(record, record_.layout) + 1;
  code.first_line = number_at<uint32_t>(record, record_.first_line);
  code.file = python::utf8_of(part(record_.file, number_at<uint16_t>(record, record_.file_size)),
                              number_at<uint8_t>(record, record_.file_width));
  code.name = python::utf8_of(part(record_.name, number_at<uint16_t>(record, record_.name_size)),
                              number_at<uint8_t>(record, record_.name_width));
  const auto lines = number_at<uint32_t>(record, record_.lines_size);
  code.lines = part(record_.lines, std::min(lines, record_.most_lines));
  return code;
}

}  // namespace plumb::kernel
