// Reader: a recording, item by item. Any bytes are safe to read; whatever is whole before the first
// damage is delivered.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/cursor.h"
#include "base/fd.h"
#include "base/result.h"
#include "record/format.h"
#include "record/writer.h"
#include "schema/names.h"
#include "schema/record.h"
#include "schema/schema.h"

struct ZSTD_DCtx_s;

namespace plumb::record {

// A tracer begins; its records come later. The schema lives as long as the reader.
struct TracerItem {
  const TracerPart* part;
  schema::Schema* schema;  // Field::read is false for what was not recorded
};
struct EventItem {
  uint16_t tracer;
  schema::Record record;  // valid until the next call of next()
};
struct LostItem {
  std::string tracer;
  std::string reason;
  uint64_t count;
};
// The recording is complete.
struct EndItem {
  std::string account;  // JSON
};
using Item = std::variant<TracerItem, EventItem, LostItem, BudgetPart, EndItem>;

// Where a recording stops to make sense, and why.
struct Damage {
  uint64_t offset;
  std::string what;
  std::string hint;  // how that comes, and what to do
};

// The words that were recorded for numbers.
class RecordedNames : public schema::Names {
 public:
  void add(schema::Format format, uint64_t id, std::string text);
  std::string_view name(schema::Format format, uint64_t id) override;

 private:
  std::map<schema::Format, std::unordered_map<uint64_t, std::string>> names_;
};

class Reader {
 public:
  // An error when the file cannot be read or does not begin as a recording does.
  static Result<Reader> open(const std::string& path);
  static Result<Reader> start(Fd file, const std::string& name);

  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  const Origin& origin() const { return origin_; }
  // What was named before the item that next() returned last.
  schema::Names& names() { return *names_; }

  // The next item; nothing after the end or at damage.
  std::optional<Item> next();
  // Set when next() stopped before the end of a complete recording.
  const std::optional<Damage>& damage() const { return damage_; }

 private:
  struct Tracer {
    TracerPart part;
    schema::Schema schema;
  };

  explicit Reader(Fd file);
  bool read_fully(char* at, size_t size, size_t& got);
  std::optional<Block> read_block();
  bool read_origin();
  Fail fail_at_start(const std::string& name);
  std::optional<Item> next_record();
  std::optional<Item> read_tracer();
  std::optional<Item> read_lost();
  std::optional<Item> read_budget();
  std::optional<Item> read_end();
  void read_names();
  void damaged(std::string what, const char* hint = nullptr);  // nullptr: bytes were changed

  Fd file_;
  Origin origin_;
  std::unique_ptr<RecordedNames> names_;
  std::map<uint16_t, std::unique_ptr<Tracer>> tracers_;
  std::optional<Damage> damage_;
  bool ended_ = false;
  uint64_t offset_ = 0;  // of the block that is being read
  uint64_t next_offset_ = 0;
  std::string stored_;
  std::string payload_;
  std::string_view records_;  // of the payload: not yet delivered
  std::unique_ptr<ZSTD_DCtx_s, size_t (*)(ZSTD_DCtx_s*)> zstd_;
};

}  // namespace plumb::record
