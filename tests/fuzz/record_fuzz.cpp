// Any file may be opened as a recording.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "record/reader.h"

namespace {

using namespace plumb;

void read_all(const std::string& bytes) {
  Fd file(memfd_create("fuzz", 0));
  if (write(file.get(), bytes.data(), bytes.size()) < 0) std::abort();
  lseek(file.get(), 0, SEEK_SET);
  auto reader = record::Reader::start(std::move(file), "fuzz");
  if (!reader) return;
  bool complete = false;
  while (auto item = reader->next()) {
    complete |= std::holds_alternative<record::EndItem>(*item);
    const auto* event = std::get_if<record::EventItem>(&*item);
    if (event == nullptr) continue;
    for (const schema::Field& field : event->record.event->fields) {
      event->record.text(field);
      reader->names().name(field.format, event->record.bits(field));
    }
  }
  if (!complete && !reader->damage()) std::abort();  // it stopped and did not say why
}

}  // namespace

// The blocks of the input are read as they are, and again with checksums that are right, which no
// mutation would find.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  size_t at = record::file_header_size;
  while (at + sizeof(record::BlockHeader) <= bytes.size()) {
    record::BlockHeader header;
    std::memcpy(&header, bytes.data() + at, sizeof(header));
    const size_t begin = at + sizeof(header);
    if (header.stored > bytes.size() - begin) break;
    header.checksum =
        record::block_checksum(header, std::string_view(bytes).substr(begin, header.stored));
    std::memcpy(bytes.data() + at, &header, sizeof(header));
    at = begin + header.stored;
  }
  read_all(bytes);
  return 0;
}
