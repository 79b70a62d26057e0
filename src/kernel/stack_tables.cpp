#include "kernel/stack_tables.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "kernel/record_bytes.h"

namespace plumb::kernel {
namespace {

// By unwind::Kind and unwind::FpSaved, as bpf/unwind.bpf.h calls them.
constexpr std::array<const char*, 10> kinds = {
    "RULE_UNKNOWN", "RULE_SP",     "RULE_FP",   "RULE_SP_DEREF", "RULE_FP_DEREF",
    "RULE_PLT",     "RULE_SIGNAL", "RULE_ROOT", "RULE_REG",      "RULE_RETURN_IN_REGISTER"};
constexpr std::array<const char*, 4> fp_places = {"FP_KEPT", "FP_AT_CFA", "FP_AT_FP", "FP_LOST"};

// Why a stack has no more frames, for people.
constexpr std::array<std::pair<const char*, const char*>, 14> ends = {{
    {"STACK_COMPLETE", "complete"},
    {"STACK_DEEP", "more than 1024 frames"},
    {"STACK_UNMAPPED", "nothing is mapped where the code should be"},
    {"STACK_NO_TABLE", "the file's unwind information is not loaded"},
    {"STACK_NO_RULE", "the file has no unwind information for this place"},
    {"STACK_GENERATED", "generated code without frame pointers"},
    {"STACK_UNREADABLE", "the stack's memory could not be read"},
    {"STACK_CORRUPT", "the caller's frame is not above this one"},
    {"STACK_NO_MAPPINGS", "this kernel does not tell what processes have mapped (6.1 does)"},
    {"STACK_32_BIT", "a 32-bit program"},
    {"STACK_NO_RETURN", "a probe catches the return, and who called is not known"},
    {"STACK_KERNEL_ONLY", "complete"},
    {"STACK_INTERRUPT", "an interrupt woke it"},
    {"STACK_NO_PROGRAM",
     "the program's memory is gone: it ends, or execve has not begun the new one"},
}};

// Why an event has no stack at all.
constexpr std::array<std::pair<const char*, const char*>, 4> absences = {{
    {"NO_STACK_SHORT", "shorter than the time from which stacks are taken"},
    {"NO_STACK_INTERRUPT", "an interrupt woke it"},
    {"NO_STACK_PLACE", "this kernel has no place to take it"},
    {"NO_STACK_RUNS", "it ran whenever it was looked at, and was not met"},
}};

Result<> update(const Tracer& engine, const char* map, const void* key, const void* value) {
  if (bpf_map_update_elem(engine.map(map), key, value, BPF_ANY))
    return fail_errno(std::string("fill the map ") + map, errno);
  return {};
}

// `values`: of the map, one after the other.
Result<> put_from(const Tracer& engine, const char* map, uint32_t first, std::string_view values,
                  size_t size) {
  for (uint32_t i = 0; i < values.size() / size; i++) {
    const uint32_t key = first + i;
    TRY(update(engine, map, &key, values.data() + i * size));
  }
  return {};
}

// Why functions of Python are missing.
constexpr std::array<std::pair<const char*, const char*>, 6> python_ends = {{
    {"PYTHON_COMPLETE", ""},
    {"PYTHON_NO_THREAD", "the interpreter does not know this thread"},
    {"PYTHON_NO_FRAME", "a frame of the interpreter has none yet, or no more"},
    {"PYTHON_UNREADABLE", "memory of a frame or a function could not be read"},
    {"PYTHON_LOST", "a function's name had no room in the ring"},
    {"PYTHON_NOT_CODE", "the interpreter is not laid out as its version is"},
}};

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

uint32_t room_of(const Tracer& engine, const char* map) {
  return bpf_map__max_entries(bpf_object__find_map_by_name(engine.object(), map));
}

}  // namespace

Result<StackTables> StackTables::open(const Tracer& engine) {
  StackTables tables(engine);
  TRY(tables.read_layout());
  tables.ends_.resize(ends.size());
  for (const auto& [name, text] : ends) tables.ends_.at(engine.constant(name)) = text;
  tables.python_ends_.resize(python_ends.size());
  for (const auto& [name, text] : absences) tables.absences_[engine.constant(name)] = text;
  for (const auto& [name, text] : python_ends) tables.python_ends_.at(engine.constant(name)) = text;
  tables.pool_ = unwind::RulePool(room_of(engine, "unwind_rules"));
  return tables;
}

std::string_view StackTables::absence(uint64_t id) const {
  const auto known = absences_.find(id);
  return known == absences_.end() ? std::string_view() : known->second;
}

Result<> StackTables::read_layout() {
  const btf* types = engine_->types();
  const auto find = [&](Place& to, const char* structure, const char* member) -> Result<> {
    to = TRY(place_in(types, structure, member));
    return {};
  };
  TRY(find(layout_.tracer, "stack_head", "tracer"));
  TRY(find(layout_.id, "stack_head", "id"));
  TRY(find(layout_.pid, "stack_head", "pid"));
  TRY(find(layout_.kernel_frames, "stack_head", "kernel_frames"));
  TRY(find(layout_.user_frames, "stack_head", "user_frames"));
  TRY(find(layout_.end, "stack_head", "end"));
  TRY(find(layout_.python_end, "stack_head", "python_end"));
  TRY(find(layout_.frames, "stack_record", "frames[0]"));
  TRY(find(layout_.inode, "unknown_file", "inode"));
  TRY(find(layout_.asked_pid, "unknown_file", "pid"));
  TRY(find(layout_.file_id, "unwind_file", "id"));
  TRY(find(layout_.file_first, "unwind_file", "first_page"));
  TRY(find(layout_.file_pages, "unwind_file", "pages"));
  TRY(find(layout_.file_python, "unwind_file", "python"));
  TRY(find(layout_.kind, "unwind_rule", "kind"));
  TRY(find(layout_.reg, "unwind_rule", "reg"));
  TRY(find(layout_.fp_saved, "unwind_rule", "fp_saved"));
  TRY(find(layout_.offset, "unwind_rule", "offset"));
  TRY(find(layout_.more, "unwind_rule", "more"));
  TRY(find(layout_.fp_offset, "unwind_rule", "fp_offset"));
  const auto value_size = [&](const char* map) {
    return bpf_map__value_size(bpf_object__find_map_by_name(engine_->object(), map));
  };
  layout_.file_size = value_size("unwind_files");
  layout_.rule_size = value_size("unwind_rules");
  layout_.chunk = static_cast<uint32_t>(engine_->constant("UNWIND_CHUNK"));
  layout_.asked_size = layout_.asked_pid.offset + layout_.asked_pid.size;
  layout_.stack_record = static_cast<uint16_t>(engine_->constant("STACK_RECORD"));
  layout_.asked_record = static_cast<uint16_t>(engine_->constant("UNKNOWN_FILE_RECORD"));
  layout_.returned_bit = static_cast<uint32_t>(engine_->constant("STACK_RETURNED"));
  layout_.file_bit = static_cast<uint32_t>(engine_->constant("STACK_IN_FILE"));
  layout_.python_bit = static_cast<uint32_t>(engine_->constant("STACK_PYTHON_FRAME"));
  layout_.position_shift = static_cast<uint32_t>(engine_->constant("STACK_POSITION_SHIFT"));
  layout_.file_shift = static_cast<uint32_t>(engine_->constant("STACK_FILE_SHIFT"));
  return {};
}

// From the first chunk that is free: chunks are of one file, so that they are written whole.
Result<> StackTables::put_rows(const std::vector<uint32_t>& rows) {
  std::vector<uint32_t> chunks = rows;
  chunks.resize((rows.size() + layout_.chunk - 1) / layout_.chunk * layout_.chunk);
  const size_t size = layout_.chunk * sizeof(uint32_t);
  TRY(put_from(*engine_, "unwind_rows", chunks_used_, bytes_of(chunks), size));
  chunks_used_ += static_cast<uint32_t>(chunks.size() / layout_.chunk);
  return {};
}

Result<> StackTables::put_pages(std::vector<unwind::Page> pages, uint32_t first_row) {
  for (unwind::Page& page : pages) page.first += first_row;
  TRY(put_from(*engine_, "unwind_pages", pages_used_, bytes_of(pages), sizeof(unwind::Page)));
  pages_used_ += static_cast<uint32_t>(pages.size());
  return {};
}

Result<> StackTables::put_rules(const std::vector<uint16_t>& numbers) {
  for (const uint32_t number : numbers) {
    const unwind::Rule& rule = pool_.rule(static_cast<uint16_t>(number));
    std::string bytes(layout_.rule_size, '\0');
    put_number(bytes, layout_.kind, engine_->constant(kinds.at(static_cast<size_t>(rule.kind))));
    put_number(bytes, layout_.reg, rule.reg);
    put_number(bytes, layout_.fp_saved,
               engine_->constant(fp_places.at(static_cast<size_t>(rule.fp_saved))));
    put_number(bytes, layout_.offset, static_cast<uint32_t>(rule.offset));
    put_number(bytes, layout_.more, static_cast<uint32_t>(rule.more));
    put_number(bytes, layout_.fp_offset, static_cast<uint32_t>(rule.fp_offset));
    TRY(update(*engine_, "unwind_rules", &number, bytes.data()));
  }
  return {};
}

bool StackTables::has_room(const unwind::Packed& packed) const {
  return packed.pages.size() <= room_of(*engine_, "unwind_pages") - pages_used_ &&
         packed.rows.size() / layout_.chunk < room_of(*engine_, "unwind_rows") - chunks_used_;
}

// The rows that it has then, and none where there is no room for them.
Result<unwind::Packed> StackTables::put_table(const unwind::Table& table) {
  auto packed = unwind::pack(table, pool_);
  if (!packed) return unwind::Packed();
  if (!has_room(*packed)) {
    unwind::release(*packed, pool_);
    return unwind::Packed();
  }
  const uint32_t first_row = chunks_used_ * layout_.chunk;
  TRY(put_rules(packed->rules));
  TRY(put_rows(packed->rows));
  TRY(put_pages(packed->pages, first_row));
  return packed;
}

Result<bool> StackTables::add(uint64_t inode, const FileFacts& facts) {
  const uint32_t first_page = pages_used_;
  unwind::Packed packed;
  if (facts.table) packed = TRY(put_table(*facts.table));
  std::string file(layout_.file_size, '\0');
  put_number(file, layout_.file_id, facts.number);
  put_number(file, layout_.file_python, facts.interpreter);
  put_number(file, layout_.file_first, first_page);
  put_number(file, layout_.file_pages, packed.pages.size());
  TRY(update(*engine_, "unwind_files", &inode, file.data()));
  return !packed.pages.empty();
}

void StackTables::forget_asked(uint64_t inode) const {
  bpf_map_delete_elem(engine_->map("unwind_asked"), &inode);
}

std::optional<SentStack> StackTables::stack_of(std::string_view record) const {
  if (record.size() < layout_.frames.offset || tracer_of(record) != layout_.stack_record) return {};
  SentStack stack;
  stack.id = number_at<uint64_t>(record, layout_.id);
  stack.pid = number_at<uint32_t>(record, layout_.pid);
  const auto end = number_at<uint32_t>(record, layout_.end);
  stack.end = end < ends_.size() ? ends_[end] : "";
  const auto python_end = number_at<uint32_t>(record, layout_.python_end);
  stack.python_end = python_end < python_ends_.size() ? python_ends_[python_end] : "";
  const size_t kernel = number_at<uint16_t>(record, layout_.kernel_frames);
  const size_t all = kernel + number_at<uint16_t>(record, layout_.user_frames);
  record.remove_prefix(layout_.frames.offset);
  const size_t sent = std::min(all, record.size() / sizeof(uint64_t));
  for (size_t i = 0; i < sent; i++) {
    const auto frame = number_at<uint64_t>(record, {static_cast<uint32_t>(i * 8), 8});
    if (i < kernel)
      stack.kernel.push_back(frame);
    else
      stack.user.push_back(place_of(frame));
  }
  return stack;
}

SentStack::Place StackTables::place_of(uint64_t frame) const {
  const auto bit = [](uint32_t number) { return uint64_t{1} << number; };
  SentStack::Place place;
  place.returned = (frame & bit(layout_.returned_bit)) != 0;
  const bool in_file = (frame & bit(layout_.file_bit)) != 0;
  if ((frame & bit(layout_.python_bit)) != 0) {
    place.code = static_cast<uint32_t>(frame);
    place.offset = (frame & (bit(layout_.python_bit) - 1)) >> layout_.position_shift;
    return place;
  }
  frame &= bit(layout_.returned_bit) - 1;
  if (in_file) place.file = static_cast<uint32_t>(frame >> layout_.file_shift);
  place.offset = in_file ? frame & (bit(layout_.file_shift) - 1) : frame;
  return place;
}

std::optional<AskedFile> StackTables::asked_of(std::string_view record) const {
  if (record.size() < layout_.asked_size || tracer_of(record) != layout_.asked_record) return {};
  return AskedFile{number_at<uint64_t>(record, layout_.inode),
                   number_at<uint32_t>(record, layout_.asked_pid)};
}

uint16_t StackTables::tracer_of(std::string_view record) const {
  return number_at<uint16_t>(record, layout_.tracer);
}

uint64_t StackTables::lost() const {
  std::array<uint64_t, 2> losses{};
  const uint32_t zero = 0;
  if (bpf_map_lookup_elem(engine_->map("stack_losses"), &zero, losses.data())) return 0;
  return losses[0] + losses[1];
}

}  // namespace plumb::kernel
