// Any bytes as BTF: read or refused, and what is read keeps its promises.
#include <cstdlib>

#include "schema/record.h"
#include "schema/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace plumb::schema;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)lint(bytes);
  auto schema = from_btf(bytes);
  if (!schema) return 0;
  const std::string body(schema->event.size, '\xff');
  Record record;
  record.body = body;
  for (const Field& field : schema->event.fields) {
    if (field.offset + field.size > schema->event.size || field.path.empty()) std::abort();
    (void)record.bits(field);
    (void)record.text(field);
    if (field.names) (void)field.names->name_of(static_cast<int64_t>(record.bits(field)));
    if (*find_field(schema->event, field.path) != &field) std::abort();
  }
  return 0;
}
