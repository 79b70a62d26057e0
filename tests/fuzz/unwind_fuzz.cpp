// Any bytes as call frame information of a sound file, as the program of one function, or as the
// whole file: a table that keeps its promises, and the same when packed.
#include <algorithm>
#include <cstdlib>

#include "unwind_builder.h"
#include "unwind_search.h"

namespace {

using namespace plumb::unwind;

void packed(const Table& table) {
  RulePool pool;
  const auto packed = pack(table, pool);
  if (!packed) {
    if (packed.error().what.empty() || pool.size() != 0) std::abort();
    return;
  }
  for (const Row& each : table.rows)
    for (const uint64_t at : {each.offset - 1, each.offset, each.offset + 1, each.offset | 0xffff})
      if (pool.rule(rule_at(*packed, at)) != rule_at(table, at)) std::abort();
  release(*packed, pool);
  if (pool.size() != 0) std::abort();
}

void file(const std::string& bytes) {
  const auto table = table_of(bytes);
  if (!table) {
    if (table.error().what.empty()) std::abort();
    return;
  }
  if (!is_sound(*table)) std::abort();
  for (const Row& each : table->rows)
    if (each.offset > bytes.size()) std::abort();
  for (size_t i = 0; i < table->rules.size(); i++)
    for (size_t before = 0; before < i; before++)
      if (table->rules[i] == table->rules[before]) std::abort();
  packed(*table);
}

void program(const std::string& bytes) {
  const std::string shared = common();
  file(file_of(shared + description(shared.size() + 4, code_begin, code_size, bytes)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      file(bytes);
      break;
    case 1:
      file(file_of(bytes));
      break;
    case 2:
      file(file_of(common() + bytes, bytes));
      break;
    case 3:
      file(file_of(bytes, "", ".debug_frame"));
      break;
    case 4:
      program(bytes);
      break;
    case 5:
      file(without_sections(bytes.substr(0, 12), bytes.substr(std::min<size_t>(bytes.size(), 12))));
      break;
  }
  return 0;
}
