// Source: where records come from, one after the other, until they are given back.
#pragma once
#include <cstdint>
#include <string_view>

namespace plumb::kernel {

class Source {
 public:
  virtual ~Source() = default;
  // The next committed record, and the position behind it; false when there is none (yet).
  virtual bool next(std::string_view& bytes, uint64_t& end) = 0;
  // Records before `position` are not needed any more.
  virtual void release(uint64_t position) = 0;
  // Everything that was returned by next() is before this.
  virtual uint64_t position() const = 0;
  // Records come in the order of their times, but for neighbours: one may stop in the middle.
  virtual bool in_order() const = 0;
  // Is there something that next() has not returned?
  virtual bool waiting() const = 0;
};

}  // namespace plumb::kernel
