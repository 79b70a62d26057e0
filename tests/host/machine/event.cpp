#include "machine/event.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>

namespace plumb::host {
namespace {

template <class T>
T value_at(const std::string& bytes, uint32_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

}  // namespace

Event::Event(std::shared_ptr<const schema::Schema> schema, std::string bytes)
    : schema_(std::move(schema)), bytes_(std::move(bytes)) {
  const uint32_t header = schema_->header.size;
  if (bytes_.size() < header) throw std::runtime_error("a record without a header");
  if (bytes_.size() > UINT16_MAX) bytes_.resize(header + record().used().size());
}

uint16_t Event::tracer() const { return value_at<uint16_t>(bytes_, schema_->header.tracer); }

schema::Record Event::record() const {
  const schema::Header& header = schema_->header;
  return {&schema_->event, value_at<uint64_t>(bytes_, header.time),
          value_at<uint32_t>(bytes_, header.weight), std::string_view(bytes_).substr(header.size)};
}

const schema::Field& Event::field(std::string_view path) const {
  if (const schema::Field* field = schema_->event.find_exact(path)) return *field;
  throw std::runtime_error("no field " + std::string(path));
}

std::vector<std::string> Event::list(std::string_view path) const {
  std::vector<std::string> elements;
  std::string_view rest = record().text(field(path));
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\0'), rest.size());
    elements.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return elements;
}

std::string Event::complaint() const {
  const schema::Record whole = record();
  uint64_t bytes = schema_->event.size;
  for (const schema::Field& field : schema_->event.fields) {
    if (!field.in_tail()) continue;
    const schema::TailRef ref = whole.tail(field);
    const bool is_inside =
        ref.offset >= schema_->event.size && ref.offset + ref.captured() <= whole.body.size();
    if (ref.size && !is_inside)
      return fmt::format("{} is {} bytes at {} of {}", field.path, ref.captured(), ref.offset,
                         whole.body.size());
    if (ref.whole < ref.captured())
      return fmt::format("{} has {} bytes of {}", field.path, ref.size, ref.whole);
    bytes += ref.captured();
  }
  if (bytes != whole.body.size())
    return fmt::format("the body has {} bytes, its fields {}", whole.body.size(), bytes);
  return {};
}

}  // namespace plumb::host
