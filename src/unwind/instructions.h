// Runs the instructions of call frame information: of an entry that many functions share, and of
// one function.
#pragma once
#include <cstdint>
#include <vector>

#include "unwind/cfi_reader.h"
#include "unwind/frame_state.h"

namespace plumb::unwind {

// What functions share ("common information entry").
struct Common {
  uint64_t code_factor = 1;
  int64_t data_factor = 1;
  uint64_t return_register = pc_register;
  uint8_t pointers = encoding::absolute;  // how addresses are written
  bool is_augmented = false;  // whether functions have something before their instructions
  bool is_signal = false;     // whether the kernel made the frame
  FrameState initial;
};

// From this address on.
struct Step {
  uint64_t address = 0;
  Rule rule;
};

// One after the other; the memory of what each remembers is used again.
class Instructions {
 public:
  // What those of `common` leave is its initial state. False: they are broken.
  [[nodiscard]] bool run_common(CfiReader program, Common& common);
  // Of code from `begin` to before `end`. `out` is ascending, and neighbours differ. False: they
  // are broken, or of more steps than a function can have.
  [[nodiscard]] bool run(const Common& common, CfiReader program, uint64_t begin, uint64_t end,
                         std::vector<Step>& out);

 private:
  void start(const Common& common, uint64_t begin, uint64_t end);
  bool run_all(CfiReader& program);
  bool run_one(CfiReader& program);
  bool run_location(CfiReader& program, uint8_t code);
  bool run_cfa(CfiReader& program, uint8_t code);
  bool run_state(CfiReader& program, uint8_t code);
  bool run_saved(CfiReader& program, uint8_t code);

  bool advance(uint64_t count);
  bool move_to(uint64_t address);
  bool define(uint64_t reg, int64_t offset);
  bool change(uint64_t reg, int64_t offset);
  // Where it is told of a register; null: nobody follows it.
  Saved* place_of(uint64_t reg, FrameState& state) const;
  bool save(uint64_t reg, Saved saved);
  bool save_at(uint64_t reg, int64_t number);
  bool save_in(uint64_t reg, uint64_t holder);
  bool save_by(uint64_t reg, std::string_view expression);
  bool restore(uint64_t reg);
  int64_t factored(int64_t number) const;

  const Common* common_ = nullptr;
  FrameState state_;
  std::vector<FrameState> remembered_;
  uint64_t at_ = 0;
  uint64_t end_ = 0;
  std::vector<Step>* steps_ = nullptr;
};

}  // namespace plumb::unwind
