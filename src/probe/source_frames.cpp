#include "probe/source_frames.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "probe/source_reader.h"

namespace plumb::probe {
namespace {

// Up to and without `end`, which is cut off as well.
std::string_view take_until(std::string_view& text, char end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

}  // namespace

// Of each frame LINE, FILE and FUNCTION, between them tabs.
Result<std::vector<SourceFrame>> parse_source_frames(std::string_view text) {
  std::vector<SourceFrame> frames;
  while (!text.empty()) {
    std::string_view row = take_until(text, '\n');
    SourceFrame frame;
    const std::string_view line = take_until(row, '\t');
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), frame.line);
    if (error != std::errc() || end != line.data() + line.size() ||
        std::ranges::count(row, '\t') != 1 || frames.size() == most_source_frames)
      return fail("its debug information makes no sense");
    frame.file = take_until(row, '\t');
    frame.function = row;
    frames.push_back(std::move(frame));
  }
  return frames;
}

Result<SourceFrames> SourceFrames::of(int file, int shared) {
  return SourceFrames(
      TRY(KeptReader::start(file, shared, [](int opened, int second) -> KeptReader::Answer {
        // as long as its process is
        return [reader = std::make_unique<SourceReader>(opened, second).release()](
                   std::string_view question) {
          uint64_t address = 0;
          if (question.size() == sizeof(address))
            std::memcpy(&address, question.data(), sizeof(address));
          return reader->at(address);
        };
      })));
}

Result<std::vector<SourceFrame>> SourceFrames::at(uint64_t address) {
  return parse_source_frames(
      TRY(reader_.ask({reinterpret_cast<const char*>(&address), sizeof(address)})));
}

}  // namespace plumb::probe
