#include "unwind/instructions.h"

#include <dwarf.h>

#include <algorithm>

namespace plumb::unwind {
namespace {

constexpr size_t most_steps = 1 << 20;    // of a function
constexpr size_t most_remembered = 1024;  // compilers nest two

// The upper two bits tell an instruction that has its operand in the rest.
constexpr uint8_t operation = 0xc0, operand = 0x3f;

// Too large a number is as good as any that no rule has room for.
int64_t to_signed(uint64_t number) {
  return static_cast<int64_t>(std::min<uint64_t>(number, INT64_MAX));
}

}  // namespace

bool Instructions::run_common(CfiReader program, Common& common) {
  start(common, 0, 0);
  const bool is_sound = run_all(program);
  common.initial = state_;
  return is_sound;
}

bool Instructions::run(const Common& common, CfiReader program, uint64_t begin, uint64_t end,
                       std::vector<Step>& out) {
  start(common, begin, end);
  out.clear();
  steps_ = &out;
  return run_all(program) && move_to(end_);
}

void Instructions::start(const Common& common, uint64_t begin, uint64_t end) {
  common_ = &common;
  state_ = common.initial;
  remembered_.clear();
  at_ = begin;
  end_ = end;
}

bool Instructions::run_all(CfiReader& program) {
  while (!program.done())
    if (!run_one(program)) return false;
  return !program.failed();
}

// Operands that are not there are 0, which does no harm until run_all sees that they were not.
bool Instructions::run_one(CfiReader& program) {
  const auto code = program.number<uint8_t>();
  const uint8_t value = code & operand;
  switch (code & operation) {
    case DW_CFA_advance_loc:
      return advance(value);
    case DW_CFA_offset:
      return save_at(value, to_signed(program.uleb()));
    case DW_CFA_restore:
      return restore(value);
    default:
      return run_location(program, code);
  }
}

bool Instructions::run_location(CfiReader& program, uint8_t code) {
  switch (code) {
    case DW_CFA_nop:
      return true;
    case DW_CFA_set_loc:
      return move_to(program.pointer(common_->pointers));
    case DW_CFA_advance_loc1:
      return advance(program.number<uint8_t>());
    case DW_CFA_advance_loc2:
      return advance(program.number<uint16_t>());
    case DW_CFA_advance_loc4:
      return advance(program.number<uint32_t>());
    default:
      return run_cfa(program, code);
  }
}

bool Instructions::run_cfa(CfiReader& program, uint8_t code) {
  switch (code) {
    case DW_CFA_def_cfa: {
      const uint64_t reg = program.uleb();
      return define(reg, to_signed(program.uleb()));
    }
    case DW_CFA_def_cfa_sf: {
      const uint64_t reg = program.uleb();
      return define(reg, factored(program.sleb()));
    }
    case DW_CFA_def_cfa_register:
      return change(program.uleb(), state_.cfa.offset);
    case DW_CFA_def_cfa_offset:
      return change(state_.cfa.reg, to_signed(program.uleb()));
    case DW_CFA_def_cfa_offset_sf:
      return change(state_.cfa.reg, factored(program.sleb()));
    case DW_CFA_def_cfa_expression:
      state_.cfa = shape_of(program.part(program.uleb()).rest());
      return true;
    default:
      return run_state(program, code);
  }
}

bool Instructions::run_state(CfiReader& program, uint8_t code) {
  switch (code) {
    case DW_CFA_remember_state:
      remembered_.push_back(state_);
      return remembered_.size() <= most_remembered;
    case DW_CFA_restore_state:
      if (remembered_.empty()) return false;
      state_ = remembered_.back();
      remembered_.pop_back();
      return true;
    case DW_CFA_GNU_args_size:  // of a call: the CFA tells it already
      program.uleb();
      return true;
    default:
      return run_saved(program, code);
  }
}

bool Instructions::run_saved(CfiReader& program, uint8_t code) {
  const uint64_t reg = program.uleb();
  switch (code) {
    case DW_CFA_offset_extended:
      return save_at(reg, to_signed(program.uleb()));
    case DW_CFA_offset_extended_sf:
      return save_at(reg, program.sleb());
    case DW_CFA_GNU_negative_offset_extended:
      return save_at(reg, -to_signed(program.uleb()));
    case DW_CFA_restore_extended:
      return restore(reg);
    case DW_CFA_undefined:
      return save(reg, {Saved::How::undefined});
    case DW_CFA_same_value:
      return save(reg, {Saved::How::unchanged});
    case DW_CFA_register:
      return save_in(reg, program.uleb());
    case DW_CFA_expression:
      return save_by(reg, program.part(program.uleb()).rest());
    case DW_CFA_val_expression:
      program.part(program.uleb());
      return save(reg, {Saved::How::unknown});
    case DW_CFA_val_offset:
    case DW_CFA_val_offset_sf:  // its operand takes as many bytes
      program.uleb();
      return save(reg, {Saved::How::unknown});
    default:
      return false;
  }
}

int64_t Instructions::factored(int64_t number) const {
  int64_t offset = 0;
  return __builtin_mul_overflow(number, common_->data_factor, &offset) ? INT64_MAX : offset;
}

bool Instructions::advance(uint64_t count) {
  if (count > (end_ - at_) / common_->code_factor) return false;
  return move_to(at_ + count * common_->code_factor);
}

// What has been said so far holds up to there.
bool Instructions::move_to(uint64_t address) {
  if (address < at_ || address > end_) return false;
  if (address == at_) return true;
  const Rule rule = rule_of(state_);
  if (steps_->empty() || steps_->back().rule != rule) {
    if (steps_->size() == most_steps) return false;
    steps_->push_back({at_, rule});
  }
  at_ = address;
  return true;
}

bool Instructions::define(uint64_t reg, int64_t offset) {
  state_.cfa = {};
  if (reg >= pc_register) return true;
  state_.cfa = {Computed::How::sum, static_cast<uint8_t>(reg), offset};
  return true;
}

// Of an expression no part can be changed: what is meant then is not known.
bool Instructions::change(uint64_t reg, int64_t offset) {
  if (state_.cfa.how == Computed::How::sum) return define(reg, offset);
  state_.cfa = {};
  return true;
}

Saved* Instructions::place_of(uint64_t reg, FrameState& state) const {
  if (reg == common_->return_register) return &state.return_address;
  return reg == fp_register ? &state.fp : nullptr;
}

bool Instructions::save(uint64_t reg, Saved saved) {
  if (Saved* place = place_of(reg, state_)) *place = saved;
  return true;
}

bool Instructions::save_at(uint64_t reg, int64_t number) {
  return save(reg, {Saved::How::at_cfa, 0, factored(number)});
}

bool Instructions::save_in(uint64_t reg, uint64_t holder) {
  if (holder > pc_register) return save(reg, {Saved::How::unknown});
  return save(reg, {Saved::How::in_register, static_cast<uint8_t>(holder)});
}

bool Instructions::save_by(uint64_t reg, std::string_view expression) {
  if (place_of(reg, state_) == nullptr) return true;
  const Computed at = shape_of(expression);
  if (at.how != Computed::How::sum) return save(reg, {Saved::How::unknown});
  return save(reg, {Saved::How::at_register, at.reg, at.offset});
}

bool Instructions::restore(uint64_t reg) {
  FrameState initial = common_->initial;
  if (const Saved* before = place_of(reg, initial)) return save(reg, *before);
  return true;
}

}  // namespace plumb::unwind
