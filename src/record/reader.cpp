#include "record/reader.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace plumb::record {
namespace {

// How damage comes, and what to do about it.
constexpr const char* changed =
    "its bytes were changed after they were written: if this is a copy, copy the file again; else "
    "the disk or another program did it";
constexpr const char* cut_off =
    "its recorder was killed or its disk full; if this is a copy, copy the file again, whole";
constexpr const char* unreadable = "the disk or its file system fails (dmesg may tell)";

}  // namespace

void RecordedNames::add(schema::Format format, uint64_t id, std::string text) {
  names_[format][id] = std::move(text);
}

std::string_view RecordedNames::name(schema::Format format, uint64_t id) {
  const auto& names = names_[format];
  const auto found = names.find(id);
  return found == names.end() ? std::string_view() : found->second;
}

Reader::Reader(Fd file)
    : file_(std::move(file)),
      names_(std::make_unique<RecordedNames>()),
      zstd_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
  if (zstd_ == nullptr) std::abort();  // out of memory
}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::open(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail_errno("open " + path, errno, read_hint(path, errno));
  return start(std::move(file), path);
}

Result<Reader> Reader::start(Fd file, const std::string& name) {
  Reader reader(std::move(file));
  std::array<char, file_header_size> header{};
  size_t got = 0;
  if (!reader.read_fully(header.data(), header.size(), got))
    return fail_errno("read " + name, errno, read_hint(name, errno));
  const std::string_view bytes(header.data(), got);
  if (!bytes.starts_with(magic))
    return fail(name + ": not a recording of plumb", "make one with plumb record TRACER -o FILE");
  uint32_t found = 0;
  std::memcpy(&found, header.data() + magic.size(), sizeof(found));
  if (got < file_header_size)
    return fail(name + ": cut off within its first 12 bytes",
                "nothing of it is left: its recorder was killed at once or its disk full, or the "
                "file was cut");
  if (found != version)
    return fail(name + ": format " + std::to_string(found) + ", this plumb reads format " +
                    std::to_string(version),
                "read it with the plumb that recorded it, on a machine of the same byte order");
  reader.next_offset_ = file_header_size;
  if (reader.read_block() != Block::origin || !reader.read_origin())
    return reader.fail_at_start(name);
  return reader;
}

Fail Reader::fail_at_start(const std::string& name) {
  damaged("does not begin with its origin");
  return fail(name + ": damaged at byte 12: " + damage_->what,
              "nothing of it can be shown; " + damage_->hint);
}

std::optional<Item> Reader::next() {
  while (!damage_ && !ended_) {
    if (!records_.empty()) return next_record();
    const std::optional<Block> block = read_block();
    if (!block) break;
    switch (*block) {
      case Block::schema:
        return read_tracer();
      case Block::records:
        records_ = payload_;
        break;
      case Block::names:
        read_names();
        break;
      case Block::lost:
        return read_lost();
      case Block::budget:
        return read_budget();
      case Block::end:
        return read_end();
      default:
        damaged("a block of unknown type");
        break;
    }
  }
  return std::nullopt;
}

std::optional<Item> Reader::next_record() {
  Cursor cursor(records_);
  RecordHeader header{};
  std::string_view body;
  const auto tracer = cursor.read(header) && cursor.read(body, header.size)
                          ? tracers_.find(header.tracer)
                          : tracers_.end();
  if (tracer == tracers_.end()) {
    damaged("a record of no known tracer");
    return std::nullopt;
  }
  records_.remove_prefix(cursor.position());
  const uint64_t time = header.time_low | static_cast<uint64_t>(header.time_high) << 32;
  return EventItem{header.tracer,
                   {.event = &tracer->second->schema.event,
                    .time = time,
                    .weight = header.weight,
                    .body = body}};
}

// False when reading failed; `got` may be short of `size` only at the end of the file.
bool Reader::read_fully(char* at, size_t size, size_t& got) {
  got = 0;
  while (got < size) {
    const ssize_t count = ::read(file_.get(), at + got, size - got);
    if (count == 0) break;
    if (count > 0)
      got += static_cast<size_t>(count);
    else if (errno != EINTR)
      return false;
  }
  return true;
}

std::optional<Block> Reader::read_block() {
  offset_ = next_offset_;
  BlockHeader header{};
  size_t got = 0;
  const auto stop = [&](const char* what, const char* hint = nullptr) {
    damaged(what, hint);
    return std::nullopt;
  };
  if (!read_fully(reinterpret_cast<char*>(&header), sizeof(header), got))
    return stop(std::strerror(errno), unreadable);
  if (got == 0) return stop("ends without its closing account", cut_off);
  if (got < sizeof(header)) return stop("ends within a block", cut_off);
  if (header.raw > largest_raw || header.stored > largest_stored)
    return stop("a block of impossible size");
  stored_.resize(header.stored);
  if (!read_fully(stored_.data(), stored_.size(), got))
    return stop(std::strerror(errno), unreadable);
  if (got < stored_.size()) return stop("ends within a block", cut_off);
  if (block_checksum(header, stored_) != header.checksum) return stop("a wrong checksum");
  payload_.resize(header.raw);
  const size_t raw = ZSTD_decompressDCtx(zstd_.get(), payload_.data(), payload_.size(),
                                         stored_.data(), stored_.size());
  if (ZSTD_isError(raw) != 0 || raw != header.raw) return stop("a block that does not unpack");
  next_offset_ = offset_ + sizeof(header) + header.stored;
  return static_cast<Block>(header.type);
}

void Reader::damaged(std::string what, const char* hint) {
  if (!damage_) damage_ = Damage{offset_, std::move(what), hint ? hint : changed};
  records_ = {};
}

}  // namespace plumb::record
