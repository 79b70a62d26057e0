#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/fd.h"

namespace plumb {
namespace {

struct Scale {
  std::string_view name;
  uint64_t factor;
};
constexpr std::array durations = {Scale{"ns", 1},
                                  Scale{"us", 1'000},
                                  Scale{"ms", 1'000'000},
                                  Scale{"s", 1'000'000'000},
                                  Scale{"m", 60'000'000'000},
                                  Scale{"h", 3'600'000'000'000}};
constexpr std::array sizes = {Scale{"B", 1}, Scale{"KiB", 1 << 10}, Scale{"MiB", 1 << 20},
                              Scale{"GiB", 1 << 30}};

// NUMBER UNIT with one of the scales; a fraction is allowed ("1.5ms").
Result<uint64_t> parse_scaled(std::string_view text, std::span<const Scale> scales,
                              const char* units, bool bare_allowed) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, text.data() + text.size() - end);
  if (error != std::errc() || number < 0 || !std::isfinite(number))
    return misuse("'" + std::string(text) + "' is not a quantity",
                  std::string("write a number and a unit: ") + units);
  if (unit.empty() && (bare_allowed || number == 0)) unit = scales.front().name;
  for (const Scale& scale : scales) {
    if (scale.name != unit) continue;
    double value = number * static_cast<double>(scale.factor);
    if (value >= 1.8e19) return misuse("'" + std::string(text) + "' is too large");
    return static_cast<uint64_t>(std::llround(value));
  }
  return misuse("'" + std::string(text) + "' has no known unit", std::string("units are ") + units);
}

std::string show_scaled(double value, std::span<const Scale> scales, double step) {
  size_t unit = 0;
  while (unit + 1 < scales.size() &&
         value >= static_cast<double>(scales[unit].factor) * step * 0.9995 &&
         value >= static_cast<double>(scales[unit + 1].factor) * 0.9995)
    unit++;
  double shown = value / static_cast<double>(scales[unit].factor);
  int decimals = unit == 0 || shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
  std::array<char, 32> text{};
  int length = snprintf(text.data(), text.size(), "%.*f%s", decimals, shown,
                        std::string(scales[unit].name).c_str());
  return {text.data(), static_cast<size_t>(length)};
}

// Slips of the fingers from `a` to `b`: a letter more, less, another, or two that changed places.
size_t slips(std::string_view a, std::string_view b) {
  std::vector<size_t> earlier, above, row(b.size() + 1);  // of the letters before a[i - 1]
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    earlier = std::exchange(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      const size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], earlier[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

Fail fail_errno(const std::string& what, int error, std::string hint) {
  return fail(what + ": " + std::strerror(error), std::move(hint));
}

Result<uint64_t> parse_duration_ns(std::string_view text) {
  return parse_scaled(text, durations, "ns us ms s m h", false);
}

Result<uint64_t> parse_size_bytes(std::string_view text) {
  return parse_scaled(text, sizes, "B KiB MiB GiB", true);
}

Result<uint64_t> parse_unsigned(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range)
    return misuse("'" + std::string(text) + "' is too large");
  if (error != std::errc() || end != text.data() + text.size())
    return misuse("'" + std::string(text) + "' is not a whole number");
  return value;
}

Result<uint64_t> parse_percent(std::string_view text) {
  constexpr std::array percent = {Scale{"%", 10'000}};
  auto ppm = parse_scaled(text, percent, "%", false);
  if (ppm && *ppm > 0 && *ppm <= 1'000'000) return ppm;
  return misuse("'" + std::string(text) + "' is not a share of up to 100%",
                "write it as 2%, or 0.5%");
}

std::string show_duration(uint64_t ns) {
  return show_scaled(static_cast<double>(ns), std::span(durations).first(4), 1000);
}

std::string show_percent(uint64_t ppm) {
  const double percent = static_cast<double>(ppm) / 10'000;
  std::string text = fmt::format("{:.{}f}", percent, percent < 10 ? 2 : percent < 100 ? 1 : 0);
  if (text.find('.') == text.npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string show_size(uint64_t bytes) {
  return show_scaled(static_cast<double>(bytes), sizes, 1024);
}

std::string nearest(std::string_view typed, std::span<const std::string> candidates) {
  // all flags begin with dashes: having those in common says nothing
  const size_t letters = typed.size() - std::min(typed.find_first_not_of('-'), typed.size());
  const size_t most = std::min(std::max<size_t>(1, (letters + 1) / 3), letters - (letters > 0));
  std::string best;
  size_t fewest = most + 1;
  for (const std::string& candidate : candidates) {
    const size_t needed = slips(typed, candidate);
    if (needed < fewest) {
      fewest = needed;
      best = candidate;
    }
  }
  return best;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string file_hint(const std::string& path, int error) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (error == EISDIR) return path + " is a folder: name a file";
  if (error == ENOTDIR) return "part of " + folder + " is a file, not a folder";
  if (error == EACCES || error == EPERM || error == EROFS) return "ls -ld " + folder + " " + path;
  if (error != ENOENT) return {};
  return access(folder.c_str(), F_OK) == 0
             ? "ls " + folder + " shows what there is"
             : "there is no folder " + folder + ": mkdir -p " + folder;
}

std::string read_hint(const std::string& path, int error) {
  const std::string hint = file_hint(path, error);
  return hint.substr(0, hint.find(": mkdir"));  // an empty folder would not help
}

Result<Fd> open_output(const std::string& path, std::string_view what) {
  const std::string failed = std::string(what) + " " + path;
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return fail_errno(failed, errno, file_hint(path, errno));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return fail_errno(failed, errno);
  if (!S_ISREG(facts.st_mode)) return file;
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(failed + ": another plumb is writing this file", "another name, or end that one");
  if (ftruncate(file.get(), 0) != 0) return fail_errno(failed, errno);
  return file;
}

Result<std::string> read_file(const std::string& path, size_t limit) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno(path, errno);
  std::string bytes;
  std::array<char, 16384> chunk;
  while (bytes.size() < limit) {
    ssize_t got = ::read(fd.get(), chunk.data(), std::min(chunk.size(), limit - bytes.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path, errno);
    if (got == 0) break;
    bytes.append(chunk.data(), static_cast<size_t>(got));
  }
  return bytes;
}

}  // namespace plumb
