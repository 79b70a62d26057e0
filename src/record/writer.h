// Writer: makes a recording. What is in the file is always whole blocks; a full disk ends the
// recording, not what was recorded.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "record/format.h"
#include "schema/names.h"
#include "schema/record.h"
#include "schema/schema.h"

namespace plumb::record {

// What a reader elsewhere must know of a tracer.
struct TracerPart {
  uint16_t number = 0;  // of the tracer in this recording
  std::string name;
  std::string btf;                  // of its object: the schema
  std::string privacy;              // the mode that disclosed its records
  std::string about;                // for people: the command line, reduced features
  std::vector<std::string> unread;  // paths of fields that have no value in this recording
};

class Writer {
 public:
  // Creates or replaces the file, readable by its owner alone: recordings hold what others typed.
  static Result<Writer> create(const std::string& path, const Origin& origin);
  // The same into an open file, which `name` calls in errors.
  static Result<Writer> start(Fd file, std::string name, const Origin& origin);

  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();  // writes what is buffered; finish() says whether that worked

  // Before the tracer's first record.
  void tracer(const TracerPart& part);
  // Keeps a disclosed record. `names` is asked for the words of its numbers when they are new.
  void add(uint16_t tracer, const schema::Record& record, schema::Names& names);
  void lost(std::string_view tracer, std::string_view reason, uint64_t count);
  void budget(const BudgetPart& step);

  // To be called at least each second with the time (ns, any clock that never goes back): writes
  // what is older than that. After the first failed write everything is dropped, and this and
  // finish() return its error.
  Result<> tick(uint64_t now);
  // The last block, with the account of the run.
  Result<> finish(std::string_view account);

  uint64_t bytes_written() const;
  uint64_t records() const;    // kept in whole blocks or still buffered
  uint64_t unwritten() const;  // since a write failed

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace plumb::record
