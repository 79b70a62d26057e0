// Text: quantities people type, and the nearest of the names they may have meant.
#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace plumb {

// "10ms" -> 10'000'000. Units: ns us ms s m h; a bare number has no unit and is refused, save 0.
Result<uint64_t> parse_duration_ns(std::string_view text);
// "4KiB" -> 4096. Units: B KiB MiB GiB; a bare number is bytes.
Result<uint64_t> parse_size_bytes(std::string_view text);
// "0.5%" -> 5'000 parts of a million; more than 0, at most 100 %.
Result<uint64_t> parse_percent(std::string_view text);
Result<uint64_t> parse_unsigned(std::string_view text);

// "1.23ms", "980us", "12s": three significant digits, the unit that keeps the number below 1000.
std::string show_duration(uint64_t ns);
// Of parts of a million: "0.5", "12.3", "240": at most three significant digits.
std::string show_percent(uint64_t ppm);
// "4.0KiB", "512B".
std::string show_size(uint64_t bytes);

// The candidate that is nearest to what was typed, or "" when none is near enough to suggest: a
// slip of the fingers for every three letters.
std::string nearest(std::string_view typed, std::span<const std::string> candidates);

std::vector<std::string> split(std::string_view text, char separator);

// What to do about a file that could not be written, or read (errno `error`); may be "".
std::string file_hint(const std::string& path, int error);
std::string read_hint(const std::string& path, int error);

// A file to write: made for its owner alone, locked against another plumb that would write it,
// emptied. `what` begins the error: "record to".
Result<Fd> open_output(const std::string& path, std::string_view what);

// The whole file, at most `limit` bytes; /proc and /sys files included.
Result<std::string> read_file(const std::string& path, size_t limit = 1 << 20);

}  // namespace plumb
