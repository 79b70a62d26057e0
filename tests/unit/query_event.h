// An event with a field of every kind, and records of it, for tests of queries.
#pragma once
#include <charconv>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "schema/names.h"
#include "schema/record.h"
#include "schema/schema.h"

namespace plumb::tests {

class TestEvent {
 public:
  TestEvent() {
    using schema::Format, schema::Kind, schema::Privacy, schema::Unit;
    event.name = "sample";
    add("who.pid", Kind::unsigned_number, 4, Format::id);
    add("who.uid", Kind::unsigned_number, 4, Format::id);
    add("who.user", Kind::unsigned_number, 0, Format::user, 4).offset = 4;
    add("who.comm", Kind::text, 16);
    add("who.cgroup", Kind::unsigned_number, 8, Format::cgroup);
    add("who.container", Kind::unsigned_number, 0, Format::container, 8).offset = 24;
    add("remote.address", Kind::address, 16).privacy = Privacy::address;
    add("local.address", Kind::address, 16).privacy = Privacy::address;
    add("latency", Kind::unsigned_number, 8).unit = Unit::ns;
    add("size", Kind::unsigned_number, 8).unit = Unit::bytes;
    add("path", Kind::tail_text, 8).privacy = Privacy::path;
    schema::Field& arguments = add("arguments", Kind::tail_list, 8);
    arguments.detail = arguments.wide = true;
    add("ret", Kind::signed_number, 8);
    add("error", Kind::signed_number, 4, Format::error);
    add("signal", Kind::unsigned_number, 4, Format::signal);
    add("mood", Kind::enumeration, 4).names = moods();
    add("port", Kind::unsigned_number, 2, Format::id);
    add("small", Kind::signed_number, 1);
    add("failed", Kind::boolean, 1);
    add("label", Kind::text, 12);  // not whole words
    add("tag", Kind::text, 8);     // not aligned
    event.size += 4 - event.size % 4;
    add("flags", Kind::enumeration, 4).names = flags();
    event.size += 8 - event.size % 8;
  }

  const schema::Field& field(const std::string& path) const { return *event.find_exact(path); }

  schema::Event event;

 private:
  schema::Field& add(const char* path, schema::Kind kind, uint32_t size,
                     schema::Format format = schema::Format::plain, uint32_t shared_size = 0) {
    schema::Field& field = event.fields.emplace_back();
    field.path = path;
    field.kind = kind;
    field.format = format;
    field.offset = event.size;
    field.size = size + shared_size;
    event.size += size;
    return field;
  }

  static std::shared_ptr<const schema::Enumeration> flags() {
    auto names = std::make_shared<schema::Enumeration>();
    names->values = {{0, "read"}, {1, "write"}, {8, "sync"}, {24, "full_sync"}, {64, "32bit"}};
    names->bits = true;
    return names;
  }

  static std::shared_ptr<const schema::Enumeration> moods() {
    auto names = std::make_shared<schema::Enumeration>();
    names->values = {{0, "good"}, {7, "gone"}, {-3, "bad"}};
    return names;
  }
};

class TestRecord {
 public:
  explicit TestRecord(const TestEvent& event) : event_(event), body_(event.event.size, '\0') {}

  TestRecord& number(const char* path, uint64_t value) {
    const schema::Field& field = event_.field(path);
    std::memcpy(body_.data() + field.offset, &value, field.size);
    return *this;
  }
  // Of a text, or the 16 bytes of an address.
  TestRecord& text(const char* path, std::string_view value) {
    const schema::Field& field = event_.field(path);
    if (field.in_tail()) return tail(field, value, static_cast<uint32_t>(value.size()));
    body_.replace(field.offset, field.size, field.size, '\0');
    body_.replace(field.offset, value.size(), value);
    return *this;
  }
  TestRecord& cut_text(const char* path, std::string_view value, uint32_t whole) {
    return tail(event_.field(path), value, whole);
  }
  TestRecord& weight(uint32_t weight) {
    weight_ = weight;
    return *this;
  }

  const std::string& body() const { return body_; }
  operator schema::Record() const { return {&event_.event, 0, weight_, body_}; }

 private:
  TestRecord& tail(const schema::Field& field, std::string_view value, uint32_t whole) {
    const schema::TailRef ref{static_cast<uint16_t>(body_.size()),
                              static_cast<uint16_t>(value.size()), whole};
    std::memcpy(body_.data() + field.offset, &ref, sizeof(ref));
    body_ += value;
    return *this;
  }

  const TestEvent& event_;
  std::string body_;
  uint32_t weight_ = 1;
};

// Names "user7", "container0", ...: container ids share a name by tens.
class TestNames : public schema::Names {
 public:
  std::string_view name(schema::Format format, uint64_t id) override {
    if (format == schema::Format::user) return last_ = "user" + std::to_string(id);
    if (format == schema::Format::container) return last_ = "container" + std::to_string(id / 10);
    return last_ = "/group" + std::to_string(id);
  }
  std::vector<uint64_t> numbers(schema::Format format, std::string_view name) override {
    if (format != schema::Format::user || !name.starts_with("user")) return {};
    uint64_t id = 0;
    const auto [end, error] = std::from_chars(name.data() + 4, name.data() + name.size(), id);
    return error == std::errc() && end == name.data() + name.size() ? std::vector{id}
                                                                    : std::vector<uint64_t>{};
  }

 private:
  std::string last_;
};

inline std::string ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  std::string bytes(16, '\0');
  bytes[10] = bytes[11] = '\xff';
  bytes[12] = static_cast<char>(a), bytes[13] = static_cast<char>(b);
  bytes[14] = static_cast<char>(c), bytes[15] = static_cast<char>(d);
  return bytes;
}

}  // namespace plumb::tests
