// StackTables: the maps that programs unwind stacks by (bpf/unwind.bpf.h), and what they send of
// stacks (bpf/stack.bpf.h).
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/rodata.h"
#include "kernel/tracer.h"
#include "unwind/packed.h"

namespace plumb::kernel {

// A stack, as the programs sent it.
struct SentStack {
  struct Place {
    uint32_t file = 0;  // its number; 0: `offset` is an address of the process
    uint64_t offset = 0;
    bool returned = false;  // the call that has not returned is before it
    uint32_t code = 0;      // not 0: a Python function's, which is at position `offset` in it
  };
  uint64_t id = 0;
  uint32_t pid = 0;
  std::string end;               // "complete", or why there are no more frames
  std::string python_end;        // why functions of Python are missing; "": none are
  std::vector<uint64_t> kernel;  // addresses, innermost first
  std::vector<Place> user;
};

// A file that somebody runs and that has no table.
struct AskedFile {
  uint64_t inode = 0;  // where the kernel has it
  uint32_t pid = 0;    // who runs it
};

// What programs are told of a file.
struct FileFacts {
  uint32_t number = 0;
  const unwind::Table* table = nullptr;
  uint32_t interpreter = 0;  // PythonTables'; 0: it is none
};

class StackTables {
 public:
  // Of a loaded engine, which must outlive it.
  static Result<StackTables> open(const Tracer& engine);

  // A file, which must stay open as long as this is: that keeps its inode. Without room for its
  // rows, or without a table, it has its number all the same; the result says whether it has rows.
  Result<bool> add(uint64_t inode, const FileFacts& facts);
  // It could not be got hold of: it may be asked for again.
  void forget_asked(uint64_t inode) const;

  // Of a record's bytes; nothing where it is none.
  std::optional<SentStack> stack_of(std::string_view record) const;
  std::optional<AskedFile> asked_of(std::string_view record) const;

  // What stands in the place of a stack's number may say why there is none; "": it does not.
  std::string_view absence(uint64_t id) const;

  // Events that have no stack, because there was no memory to put it together in, or no room in the
  // ring.
  uint64_t lost() const;

 private:
  explicit StackTables(const Tracer& engine) : engine_(&engine) {}
  Result<> read_layout();
  Result<> put_rows(const std::vector<uint32_t>& rows);
  Result<> put_pages(std::vector<unwind::Page> pages, uint32_t first_row);
  Result<> put_rules(const std::vector<uint16_t>& numbers);
  bool has_room(const unwind::Packed& packed) const;
  Result<unwind::Packed> put_table(const unwind::Table& table);
  uint16_t tracer_of(std::string_view record) const;
  SentStack::Place place_of(uint64_t frame) const;

  struct Layout {
    Place tracer, id, pid, kernel_frames, user_frames, end, python_end, frames;
    Place inode, asked_pid;
    Place file_id, file_first, file_pages, file_python;
    Place kind, reg, fp_saved, offset, more, fp_offset;
    uint32_t asked_size = 0, file_size = 0, rule_size = 0, chunk = 0;
    uint32_t file_bit = 0, returned_bit = 0, file_shift = 0, python_bit = 0, position_shift = 0;
    uint16_t stack_record = 0, asked_record = 0;
  };

  const Tracer* engine_;
  Layout layout_;
  std::vector<std::string> ends_, python_ends_;
  std::map<uint64_t, std::string_view> absences_;
  unwind::RulePool pool_;
  uint32_t chunks_used_ = 0, pages_used_ = 0;
};

}  // namespace plumb::kernel
