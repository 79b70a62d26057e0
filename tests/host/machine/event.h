// Event: a record that a program sent, read as user space reads it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/record.h"
#include "schema/schema.h"

namespace plumb::host {

class Event {
 public:
  // `bytes`: the record with its header.
  Event(std::shared_ptr<const schema::Schema> schema, std::string bytes);

  uint64_t number(std::string_view path) const { return record().bits(field(path)); }
  std::string text(std::string_view path) const { return std::string(record().text(field(path))); }
  std::vector<std::string> list(std::string_view path) const;
  bool cut(std::string_view path) const { return record().cut(field(path)); }
  uint32_t whole(std::string_view path) const { return record().tail(field(path)).whole; }
  uint32_t weight() const { return record().weight; }
  uint64_t time() const { return record().time; }
  uint16_t tracer() const;

  schema::Record record() const;
  // What is wrong with it: a tail outside of the record, or bytes that no field refers to.
  std::string complaint() const;

 private:
  const schema::Field& field(std::string_view path) const;

  std::shared_ptr<const schema::Schema> schema_;
  std::string bytes_;
};

}  // namespace plumb::host
