// What the blocks of a recording other than records hold.
#include <algorithm>

#include "record/reader.h"

namespace plumb::record {
namespace {

bool read_part(Cursor& cursor, TracerPart& part) {
  uint32_t unread = 0;
  if (!cursor.read(part.number) || !read_text(cursor, part.name) || !read_text(cursor, part.btf) ||
      !read_text(cursor, part.privacy) || !read_text(cursor, part.about) || !cursor.read(unread))
    return false;
  for (uint32_t i = 0; i < unread; i++) {
    std::string path;
    if (!read_text(cursor, path)) return false;
    part.unread.push_back(std::move(path));
  }
  return cursor.left() == 0;
}

}  // namespace

bool Reader::read_origin() {
  Cursor cursor(payload_);
  return cursor.read(origin_.clock.real_minus_monotonic) &&
         cursor.read(origin_.clock.real_minus_boot) && cursor.read(origin_.started) &&
         read_text(cursor, origin_.host) && read_text(cursor, origin_.kernel) &&
         read_text(cursor, origin_.machine) && cursor.left() == 0;
}

std::optional<Item> Reader::read_tracer() {
  auto tracer = std::make_unique<Tracer>();
  Cursor cursor(payload_);
  if (!read_part(cursor, tracer->part)) {
    damaged("an unreadable description of a tracer");
    return std::nullopt;
  }
  Result<schema::Schema> schema = schema::from_btf(tracer->part.btf);
  if (!schema) {
    damaged("the schema of " + tracer->part.name + ": " + schema.error().what);
    return std::nullopt;
  }
  tracer->schema = *std::move(schema);
  for (schema::Field& field : tracer->schema.event.fields) {
    const auto& unread = tracer->part.unread;
    if (std::find(unread.begin(), unread.end(), field.path) != unread.end()) field.read = false;
  }
  // Earlier items point to the tracers that they belong to.
  const auto [place, added] = tracers_.try_emplace(tracer->part.number, std::move(tracer));
  if (!added) {
    damaged("a tracer that is described twice");
    return std::nullopt;
  }
  return TracerItem{&place->second->part, &place->second->schema};
}

std::optional<Item> Reader::read_lost() {
  LostItem item{};
  Cursor cursor(payload_);
  if (read_text(cursor, item.tracer) && read_text(cursor, item.reason) && cursor.read(item.count))
    return item;
  damaged("an unreadable loss");
  return std::nullopt;
}

std::optional<Item> Reader::read_budget() {
  BudgetPart step;
  uint32_t detached = 0;
  Cursor cursor(payload_);
  if (read_text(cursor, step.tracer) && cursor.read(step.time) && cursor.read(step.look_at) &&
      cursor.read(detached) && cursor.read(step.estimate_ppm) && cursor.read(step.budget_ppm)) {
    step.detached = detached != 0;
    return step;
  }
  damaged("an unreadable change by a budget");
  return std::nullopt;
}

std::optional<Item> Reader::read_end() {
  EndItem item;
  Cursor cursor(payload_);
  char beyond = 0;
  size_t got = 0;
  if (!read_text(cursor, item.account)) {
    damaged("an unreadable account");
    return std::nullopt;
  }
  ended_ = true;
  offset_ = next_offset_;
  if (!read_fully(&beyond, 1, got) || got != 0) damaged("goes on after its end");
  return item;
}

void Reader::read_names() {
  Cursor cursor(payload_);
  while (cursor.left() > 0) {
    uint8_t format = 0;
    uint64_t id = 0;
    std::string text;
    if (!cursor.read(format) || !cursor.read(id) || !read_text(cursor, text))
      return damaged("unreadable names");
    names_->add(static_cast<schema::Format>(format), id, std::move(text));
  }
}

}  // namespace plumb::record
