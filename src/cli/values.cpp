#include "cli/values.h"
#include <algorithm>

#include "base/text.h"

namespace plumb::cli {
namespace {

Result<uint64_t> positive(const std::string& value, uint64_t most) {
  const std::string hint = "a whole number from 1 to " + std::to_string(most);
  const auto number = parse_unsigned(value);
  if (!number) return misuse(number.error().what, hint);
  if (*number == 0)
    return misuse("must be at least 1", hint + "; without it there is no such limit");
  if (*number > most) return misuse("'" + value + "' is too large", hint);
  return *number;
}

template <class T>
Take number_into(T& out, uint64_t most) {
  return [&out, most](const std::string& value) -> Result<> {
    out = static_cast<T>(TRY(positive(value, most)));
    return {};
  };
}

}  // namespace

Take into(bool& out) {
  return [&out](const std::string& value) -> Result<> {
    out = value == "true";
    return {};
  };
}

Take into(std::string& out) {
  return [&out](const std::string& value) -> Result<> {
    if (value.empty()) return misuse("nothing given", "write a value behind it, or leave it out");
    out = value;
    return {};
  };
}

Take into(std::vector<std::string>& out) {
  return [&out](const std::string& value) -> Result<> {
    if (value.empty()) return misuse("nothing given", "write a value behind it, or leave it out");
    out.push_back(value);
    return {};
  };
}

Take list_into(std::vector<std::string>& out) {
  return [&out](const std::string& value) -> Result<> {
    for (const std::string& each : split(value, ',')) TRY(into(out)(each));
    return {};
  };
}

Take into(std::optional<std::chrono::nanoseconds>& out) {
  return [&out](const std::string& value) -> Result<> {
    const uint64_t ns = TRY(parse_duration_ns(value));
    if (ns == 0) return misuse("must be longer than nothing", "such as 100ms, 10s, 5m, 1h");
    out = std::chrono::nanoseconds(ns);
    return {};
  };
}

Take into(uint32_t& out) { return number_into(out, UINT32_MAX); }
Take into(uint64_t& out) { return number_into(out, INT64_MAX); }

Take stack_parts(session::Request& request) {
  return [&request](const std::string& text) -> Result<> {
    const bool both = text.empty();
    request.ask.stack = true;
    request.stack.kernel = request.stack.user = both;
    for (const std::string& part : both ? std::vector<std::string>() : split(text, ',')) {
      if (part != "kernel" && part != "user")
        return misuse("'" + part + "' is no part of a stack", "kernel, user, or both");
      (part == "kernel" ? request.stack.kernel : request.stack.user) = true;
    }
    return {};
  };
}

const std::vector<std::string>& python_choices() {
  static const std::vector<std::string> names = {"off", "on", "only"};
  return names;
}

Take python_frames(session::Request& request) {
  return [&request](const std::string& name) -> Result<> {
    const auto& names = python_choices();
    const auto place = std::ranges::find(names, name) - names.begin();
    request.stack.python = static_cast<session::StackRequest::Python>(place);
    return {};
  };
}

const std::vector<std::string>& stack_formats() {
  static const std::vector<std::string> names = {"tree", "folded", "html", "pprof", "speedscope"};
  return names;
}

Take stack_format(session::Request& request) {
  return [&request](const std::string& name) -> Result<> {
    const auto& names = stack_formats();
    const auto place = std::ranges::find(names, name) - names.begin();
    request.stack.format = static_cast<render::StackFormat>(place);
    request.ask.by_stack = true;
    return {};
  };
}

}  // namespace plumb::cli
