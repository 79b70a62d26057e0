// A small tracer's BTF and files to record it into.
#pragma once
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "record/reader.h"
#include "record/writer.h"
#include "render_events.h"
#include "schema_builder.h"

namespace plumb::test {

// struct open { pid; uid (a user); latency (ns); args (a list) }
inline std::string small_btf() {
  tests::BtfBuilder btf;
  const uint32_t u16 = btf.integer("u16", 2);
  const uint32_t u32 = btf.integer("u32", 4);
  const uint32_t u64 = btf.integer("u64", 8);
  const uint32_t tail =
      btf.structure("tail_ref", 8, {{"offset", u16, 0}, {"size", u16, 2}, {"whole", u32, 4}});
  const uint32_t event = btf.structure(
      "open", 24, {{"pid", u32, 0}, {"uid", u32, 4}, {"latency", u64, 8}, {"args", tail, 16}});
  btf.tag(event, "event:a small event");
  btf.tag(event, "format:id", 0);
  btf.tag(event, "format:user", 1);
  btf.tag(event, "unit:ns", 2);
  btf.tag(event, "tail:list", 3);
  btf.tag(event, "privacy:argument", 3);
  return btf.bytes();
}

inline const schema::Schema& small_schema() {
  static const schema::Schema schema = [] {
    auto read = schema::from_btf(small_btf());
    EXPECT_TRUE(read) << (read ? "" : read.error().what);
    return *read;
  }();
  return schema;
}

inline record::Origin fixed_origin() {
  return {{5, 6}, 1'714'558'830'000'000'000, "host", "6.1.0-test", "x86_64"};
}

inline record::TracerPart small_part() {
  return {3, "open", small_btf(), "redact", "plumb record open", {"latency"}};
}

// A file in memory; the descriptor that is given away shares its position with nobody.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes = {}) : file_(memfd_create("recording", 0)) {
    EXPECT_EQ(write(file_.get(), bytes.data(), bytes.size()), bytes.size());
  }
  Fd open() const {
    return Fd(::open(("/proc/self/fd/" + std::to_string(file_.get())).c_str(), O_RDWR));
  }
  std::string bytes() const {
    std::string all(static_cast<size_t>(lseek(file_.get(), 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(file_.get(), all.data(), all.size(), 0), all.size());
    return all;
  }

 private:
  Fd file_;
};

// Everything a recording says, as text, for comparison.
struct Told {
  std::vector<std::string> items;
  bool refused = false;  // did not even begin as a recording
  bool damaged = false;
  bool complete = false;
  std::string damage;
  std::string hint;
};

inline Told tell(Fd file) {
  Told told;
  auto reader = record::Reader::start(std::move(file), "test");
  if (!reader) {
    told.refused = told.damaged = true;
    told.damage = reader.error().what;
    told.hint = reader.error().hint;
    return told;
  }
  const auto origin = reader->origin();
  told.items.push_back("origin " + origin.host + origin.kernel + origin.machine +
                       std::to_string(origin.clock.real_minus_monotonic) +
                       std::to_string(origin.clock.real_minus_boot) +
                       std::to_string(origin.started));
  while (auto item = reader->next()) {
    if (auto* tracer = std::get_if<record::TracerItem>(&*item)) {
      std::string text = "tracer " + tracer->part->name + tracer->part->privacy +
                         tracer->part->about + tracer->schema->event.name;
      for (const auto& field : tracer->schema->event.fields)
        text += field.path + (field.read ? "+" : "-");
      told.items.push_back(text);
    } else if (auto* event = std::get_if<record::EventItem>(&*item)) {
      const auto& record = event->record;
      const uint64_t uid = record.bits(record.event->fields[1]);
      told.items.push_back("event " + std::to_string(event->tracer) + std::to_string(record.time) +
                           " " + std::to_string(record.weight) + std::string(record.body) +
                           std::string(reader->names().name(Format::user, uid)));
    } else if (auto* lost = std::get_if<record::LostItem>(&*item)) {
      told.items.push_back("lost " + lost->tracer + lost->reason + std::to_string(lost->count));
    } else if (auto* step = std::get_if<record::BudgetPart>(&*item)) {
      told.items.push_back(fmt::format("budget {} {} {} {} {} {}", step->tracer, step->time,
                                       step->look_at, step->detached, step->estimate_ppm,
                                       step->budget_ppm));
    } else {
      told.items.push_back("end " + std::get<record::EndItem>(*item).account);
      told.complete = true;
    }
  }
  told.damaged = reader->damage().has_value();
  if (told.damaged) {
    told.damage = reader->damage()->what;
    told.hint = reader->damage()->hint;
  }
  return told;
}

}  // namespace plumb::test
