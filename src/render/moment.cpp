#include "render/moment.h"

#include <cstring>
#include <ctime>

#include "render/number.h"

namespace plumb::render {
namespace {

constexpr int64_t second = 1'000'000'000;

struct Split {
  int64_t seconds;
  uint64_t ns;
};

Split split_second(int64_t real) {
  int64_t seconds = real / second;
  int64_t ns = real % second;
  if (ns < 0) {
    ns += second;
    seconds--;
  }
  return {seconds, static_cast<uint64_t>(ns)};
}

char* put_clock(char* at, const tm& parts) {
  at = put_digits(at, static_cast<uint64_t>(parts.tm_hour), 2);
  *at++ = ':';
  at = put_digits(at, static_cast<uint64_t>(parts.tm_min), 2);
  *at++ = ':';
  at = put_digits(at, static_cast<uint64_t>(parts.tm_sec), 2);
  *at++ = '.';
  return at;
}

}  // namespace

char* Moments::put_rfc3339(char* at, int64_t real) {
  const auto [seconds, ns] = split_second(real);
  if (seconds != utc_second_) {
    utc_second_ = seconds;
    tm parts{};
    const time_t time = seconds;
    gmtime_r(&time, &parts);
    char* text = put_digits(utc_text_.data(), static_cast<uint64_t>(parts.tm_year + 1900), 4);
    *text++ = '-';
    text = put_digits(text, static_cast<uint64_t>(parts.tm_mon + 1), 2);
    *text++ = '-';
    text = put_digits(text, static_cast<uint64_t>(parts.tm_mday), 2);
    *text++ = 'T';
    put_clock(text, parts);
  }
  std::memcpy(at, utc_text_.data(), utc_text_.size());
  at = put_digits(at + utc_text_.size(), ns, 9);
  *at++ = 'Z';
  return at;
}

char* Moments::put_time_of_day(char* at, int64_t real) {
  const auto [seconds, ns] = split_second(real);
  if (seconds != local_second_) {
    local_second_ = seconds;
    tm parts{};
    const time_t time = seconds;
    localtime_r(&time, &parts);
    put_clock(local_text_.data(), parts);
  }
  std::memcpy(at, local_text_.data(), local_text_.size());
  return put_digits(at + local_text_.size(), ns / 1'000'000, 3);
}

}  // namespace plumb::render
