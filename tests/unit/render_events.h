// Events and records made by hand, as tracers would send them.
#pragma once
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"
#include "schema/names.h"
#include "schema/record.h"

namespace plumb::test {

using schema::Event;
using schema::Field;
using schema::Format;
using schema::Kind;
using schema::Privacy;
using schema::Unit;

// Lays fields out one after the other.
class EventMaker {
 public:
  explicit EventMaker(std::string name) { event_.name = std::move(name); }

  EventMaker& add(std::string path, Kind kind, uint32_t size, Format format = Format::plain,
                  Unit unit = Unit::none, Privacy privacy = Privacy::open) {
    Field field;
    field.path = std::move(path);
    field.kind = kind;
    field.size = size;
    field.format = format;
    field.unit = unit;
    field.privacy = privacy;
    field.offset = event_.size;
    event_.size += size;
    event_.fields.push_back(std::move(field));
    return *this;
  }
  EventMaker& id(std::string path) { return add(path, Kind::unsigned_number, 4, Format::id); }
  EventMaker& list(std::string path, Privacy privacy = Privacy::argument) {
    return add(path, Kind::tail_list, 8, Format::plain, Unit::none, privacy);
  }
  EventMaker& text(std::string path, Privacy privacy = Privacy::path) {
    return add(path, Kind::tail_text, 8, Format::plain, Unit::none, privacy);
  }
  // The same bytes as the last field.
  EventMaker& also(std::string path, Format format) {
    Field field = event_.fields.back();
    field.path = std::move(path);
    field.format = format;
    event_.fields.push_back(std::move(field));
    return *this;
  }
  EventMaker& named(std::vector<std::pair<int64_t, std::string>> values) {
    auto names = std::make_shared<schema::Enumeration>();
    names->values = std::move(values);
    event_.fields.back().names = std::move(names);
    return *this;
  }
  Event take() { return std::move(event_); }

 private:
  Event event_;
};

inline Event exec_event() {
  return EventMaker("exec")
      .id("who.pid")
      .id("ppid")
      .add("who.comm", Kind::text, 16)
      .id("who.uid")
      .also("who.user", Format::user)
      .add("who.cgroup", Kind::unsigned_number, 8, Format::cgroup)
      .also("who.container", Format::container)
      .add("since_fork", Kind::unsigned_number, 8, Format::plain, Unit::ns)
      .add("peak", Kind::unsigned_number, 8, Format::plain, Unit::bytes)
      .add("error", Kind::signed_number, 4, Format::error)
      .add("started", Kind::unsigned_number, 8, Format::instant, Unit::ns)
      .text("path")
      .list("args")
      .take();
}

class RecordMaker {
 public:
  explicit RecordMaker(const Event& event) : event_(event), body_(event.size, '\0') {}

  RecordMaker& number(std::string_view path, uint64_t value) {
    const Field& field = at(path);
    std::memcpy(body_.data() + field.offset, &value, field.size);
    return *this;
  }
  RecordMaker& bytes(std::string_view path, std::string_view value) {
    const Field& field = at(path);
    std::memcpy(body_.data() + field.offset, value.data(),
                std::min<size_t>(value.size(), field.size));
    return *this;
  }
  RecordMaker& tail(std::string_view path, std::string_view value, uint32_t missing = 0) {
    const schema::TailRef ref{static_cast<uint16_t>(body_.size()),
                              static_cast<uint16_t>(value.size()),
                              static_cast<uint32_t>(value.size()) + missing};
    std::memcpy(body_.data() + at(path).offset, &ref, sizeof(ref));
    body_ += value;
    return *this;
  }
  RecordMaker& list(std::string_view path, const std::vector<std::string>& words,
                    uint32_t missing = 0) {
    std::string joined;
    for (const std::string& word : words) joined.append(word).append(1, '\0');
    return tail(path, joined, missing);
  }
  RecordMaker& time(uint64_t ns) {
    time_ = ns;
    return *this;
  }
  // Valid as long as this.
  schema::Record record(uint32_t weight = 1) const { return {&event_, time_, weight, body_}; }

 private:
  const Field& at(std::string_view path) const {
    for (const Field& field : event_.fields) {
      if (field.path == path) return field;
    }
    std::abort();
  }

  const Event& event_;
  std::string body_;
  uint64_t time_ = 0;
};

class FixedNames : public schema::Names {
 public:
  std::string_view name(Format format, uint64_t id) override {
    asked++;
    if (format == Format::user) return id == 0 ? "root" : id == 1000 ? "ada" : "";
    if (format == Format::cgroup) return id == 42 ? "/system.slice/web.service" : "";
    if (format == Format::container) return id == 42 ? "web" : "";
    return "";
  }
  int asked = 0;
};

inline query::Plan plan_of(const Event& event, const std::vector<std::string>& paths = {}) {
  query::Plan plan;
  for (const Field& field : event.fields) {
    if (paths.empty()) plan.columns.push_back(&field);
  }
  for (const std::string& path : paths) {
    for (const Field& field : event.fields) {
      if (field.path == path) plan.columns.push_back(&field);
    }
  }
  return plan;
}

}  // namespace plumb::test
