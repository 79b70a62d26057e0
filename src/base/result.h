// Result<T>: a value, or an Error that says what failed, why, and what to do.
//
// Called like std::expected, which the C++20 of the supported compilers does not have. Nothing of
// ours throws; what a library throws is caught where it is called and becomes an Error.
#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace plumb {

// The exit statuses of the command line (docs/design.md).
// What a shell says of a command that it cannot start: 126 and 127.
enum class Exit : int {
  done = 0,
  failed = 1,
  usage = 2,
  lost = 3,
  not_executable = 126,
  not_found = 127
};

struct Error {
  std::string what;  // what failed and why: "attach exec: tp_btf/...: no such tracepoint"
  std::string hint;  // what to do about it; may be empty
  Exit exit_status = Exit::failed;

  // The same error, seen from one layer further up: "WHERE: what".
  Error within(const std::string& where) && {
    what = where + ": " + what;
    return std::move(*this);
  }
};

struct Fail {
  Error error;
};

inline Fail fail(std::string what, std::string hint = {}) {
  return {{std::move(what), std::move(hint), Exit::failed}};
}
inline Fail misuse(std::string what, std::string hint = {}) {
  return {{std::move(what), std::move(hint), Exit::usage}};
}
// "WHAT: strerror(error)".
Fail fail_errno(const std::string& what, int error, std::string hint = {});

struct Ok {};

template <class T = Ok>
class [[nodiscard]] Result {
 public:
  Result() requires std::is_same_v<T, Ok> : state_(std::in_place_index<0>) {}
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Fail failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  Error& error() { return *std::get_if<1>(&state_); }
  const Error& error() const { return *std::get_if<1>(&state_); }

  Result within(const std::string& where) && {
    if (*this) return std::move(*this);
    return Fail{std::move(error()).within(where)};
  }

 private:
  std::variant<T, Error> state_;
};

}  // namespace plumb

// The value of a Result, or return its error from the enclosing function. Stands alone, as an
// initializer or a statement: a GNU statement expression promises nothing about its neighbours.
#define TRY(expression)                                     \
  __extension__({                                           \
    auto try_result_ = (expression);                        \
    if (!try_result_) [[unlikely]]                          \
      return ::plumb::Fail{std::move(try_result_.error())}; \
    *std::move(try_result_);                                \
  })
