#include "record/writer.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <unordered_set>

#include "base/text.h"
#include "record/block_file.h"

namespace plumb::record {
namespace {

using schema::Field;
using schema::Format;
using schema::Record;

constexpr size_t block_size = 256 << 10;
constexpr uint64_t longest_wait = 1'000'000'000;

bool is_named(const Field& field) { return field.is_number() && schema::needs_names(field.format); }

// An id together with what it is an id of.
struct NameKey {
  uint64_t id;
  Format format;
  bool operator==(const NameKey&) const = default;
};
struct NameHash {
  size_t operator()(const NameKey& key) const {
    return (key.id * 0x9e3779b97f4a7c15 + static_cast<uint64_t>(key.format)) * 0x9e3779b97f4a7c15 >>
           20;
  }
};

}  // namespace

struct Writer::State {
  State(Fd descriptor, std::string name) : file(std::move(descriptor), std::move(name)) {}

  void add_name(Format format, uint64_t id, schema::Names& names);
  void add_names(const Record& record, schema::Names& names);
  void write_names();
  void write_records();

  BlockFile file;
  std::string buffer;                          // of records
  Encoder new_names;                           // of records in the buffer: their block goes first
  uint64_t buffered = 0;                       // records in the buffer
  uint64_t kept = 0;                           // and in the file
  uint64_t dropped = 0;                        // and after a write failed
  uint64_t written_at = 0;                     // the time of the last write, as tick() tells it
  const schema::Event* named_event = nullptr;  // whose fields these are
  std::vector<const Field*> named_fields;
  std::unordered_set<NameKey, NameHash> known;
  std::array<NameKey, 64> recent{};  // of `known`, found without hashing deeply
};

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

Writer::~Writer() {
  if (state_ != nullptr) state_->write_records();
}

Result<Writer> Writer::create(const std::string& path, const Origin& origin) {
  Fd file = TRY(open_output(path, "record to"));
  struct stat facts {};
  if (fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode) && fchmod(file.get(), 0600) != 0)
    return fail_errno("record to " + path + ": make it private", errno,
                      "a file of your own: recordings hold what others typed");
  return start(std::move(file), path, origin);
}

Result<Writer> Writer::start(Fd file, std::string name, const Origin& origin) {
  auto state = std::make_unique<State>(std::move(file), std::move(name));
  state->buffer.reserve(block_size + (64 << 10));
  state->file.write_file_header();
  Encoder payload;
  payload.number(origin.clock.real_minus_monotonic).number(origin.clock.real_minus_boot);
  payload.number(origin.started).text(origin.host).text(origin.kernel).text(origin.machine);
  state->file.write(Block::origin, payload.bytes());
  TRY(state->file.status());
  return Writer(std::move(state));
}

void Writer::tracer(const TracerPart& part) {
  Encoder payload;
  payload.number(part.number).text(part.name).text(part.btf).text(part.privacy).text(part.about);
  payload.number(static_cast<uint32_t>(part.unread.size()));
  for (const std::string& path : part.unread) payload.text(path);
  state_->file.write(Block::schema, payload.bytes());
}

void Writer::add(uint16_t tracer, const Record& record, schema::Names& names) {
  State& state = *state_;
  if (state.file.failed()) {
    state.dropped++;
    return;
  }
  state.add_names(record, names);
  const RecordHeader header{static_cast<uint32_t>(record.body.size()),
                            tracer,
                            0,
                            static_cast<uint32_t>(record.time),
                            static_cast<uint32_t>(record.time >> 32),
                            record.weight};
  state.buffer.append(reinterpret_cast<const char*>(&header), sizeof(header));
  state.buffer.append(record.body);
  state.buffered++;
  if (state.buffer.size() >= block_size) state.write_records();
}

void Writer::lost(std::string_view tracer, std::string_view reason, uint64_t count) {
  state_->write_records();  // losses stand between what came before and after them
  Encoder payload;
  state_->file.write(Block::lost, payload.text(tracer).text(reason).number(count).bytes());
}

void Writer::budget(const BudgetPart& step) {
  state_->write_records();  // the weights before and after it differ
  Encoder payload;
  payload.text(step.tracer).number(step.time).number(step.look_at);
  payload.number(uint32_t{step.detached}).number(step.estimate_ppm).number(step.budget_ppm);
  state_->file.write(Block::budget, payload.bytes());
}

Result<> Writer::tick(uint64_t now) {
  if (now - state_->written_at >= longest_wait) {
    state_->write_records();
    state_->written_at = now;
  }
  return state_->file.status();
}

Result<> Writer::finish(std::string_view account) {
  state_->write_records();
  Encoder payload;
  state_->file.write(Block::end, payload.text(account).bytes());
  return state_->file.status();
}

uint64_t Writer::bytes_written() const { return state_->file.size(); }
uint64_t Writer::records() const { return state_->kept + state_->buffered; }
uint64_t Writer::unwritten() const { return state_->dropped; }

void Writer::State::add_names(const Record& record, schema::Names& names) {
  if (record.event != named_event) {
    named_event = record.event;
    named_fields.clear();
    for (const Field& field : record.event->fields) {
      if (is_named(field) && field.read) named_fields.push_back(&field);
    }
  }
  for (const Field* field : named_fields) {
    const NameKey key{record.bits(*field), field->format};
    NameKey& recently = recent[NameHash()(key) % recent.size()];
    if (recently == key) continue;
    recently = key;
    if (known.insert(key).second) add_name(key.format, key.id, names);
  }
}

void Writer::State::add_name(Format format, uint64_t id, schema::Names& names) {
  const std::string_view text = names.name(format, id);
  if (!text.empty()) new_names.number(static_cast<uint8_t>(format)).number(id).text(text);
}

void Writer::State::write_names() {
  if (new_names.bytes().empty()) return;
  file.write(Block::names, new_names.bytes());
  new_names.clear();
}

void Writer::State::write_records() {
  write_names();
  if (buffer.empty()) return;
  file.write(Block::records, buffer);
  (file.failed() ? dropped : kept) += buffered;
  buffered = 0;
  buffer.clear();
}

}  // namespace plumb::record
