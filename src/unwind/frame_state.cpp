#include "unwind/frame_state.h"

#include <limits>
#include <optional>

namespace plumb::unwind {
namespace {

bool fits(int64_t number) {
  return number >= std::numeric_limits<int32_t>::min() &&
         number <= std::numeric_limits<int32_t>::max();
}

Kind kind_of(const Computed& cfa) {
  const bool is_sp = cfa.reg == sp_register, is_fp = cfa.reg == fp_register;
  if (cfa.how == Computed::How::plt) return Kind::plt;
  if (cfa.how == Computed::How::sum && cfa.reg < pc_register)
    return is_sp ? Kind::sp : is_fp ? Kind::fp : Kind::reg;
  if (cfa.how == Computed::How::deref && (is_sp || is_fp))
    return is_sp ? Kind::sp_deref : Kind::fp_deref;
  return Kind::unknown;
}

// Where it is, counted from the CFA.
std::optional<int64_t> from_cfa(const Saved& saved, const Computed& cfa) {
  if (saved.how == Saved::How::at_cfa) return saved.offset;
  const bool is_beside =
      saved.how == Saved::How::at_register && cfa.how == Computed::How::sum && cfa.reg == saved.reg;
  int64_t offset = 0;
  if (!is_beside || __builtin_sub_overflow(saved.offset, cfa.offset, &offset)) return std::nullopt;
  return offset;
}

// The rest of the rule, if the return address is where a rule has it. `at`: counted from the CFA.
bool returns(const Saved& saved, std::optional<int64_t> at, Rule& rule) {
  if (saved.how != Saved::How::in_register) return at && *at == -8;
  if (rule.kind != Kind::sp || saved.reg >= pc_register) return false;
  rule.kind = Kind::return_in_register;
  rule.reg = saved.reg;
  return true;
}

// Below the stack pointer there is none any more: it has been popped, to begin a thread.
bool is_popped(std::optional<int64_t> at, const Rule& rule) {
  return rule.kind == Kind::sp && at && fits(*at) && rule.offset + *at < 0;
}

void save_fp(const FrameState& state, Rule& rule) {
  const Saved& fp = state.fp;
  if (fp.how == Saved::How::unchanged) return;
  rule.fp_saved = FpSaved::lost;
  if (const auto offset = from_cfa(fp, state.cfa); offset && fits(*offset)) {
    rule.fp_saved = FpSaved::at_cfa;
    rule.fp_offset = static_cast<int32_t>(*offset);
  } else if (fp.how == Saved::How::at_register && fp.reg == fp_register && fits(fp.offset)) {
    rule.fp_saved = FpSaved::at_fp;
    rule.fp_offset = static_cast<int32_t>(fp.offset);
  }
}

}  // namespace

Rule rule_of(const FrameState& state) {
  if (state.return_address.how == Saved::How::undefined) return {.kind = Kind::root};
  const Computed& cfa = state.cfa;
  Rule rule{.kind = kind_of(cfa)};
  if (rule.kind == Kind::unknown || !fits(cfa.offset) || !fits(cfa.more)) return {};
  if (rule.kind == Kind::reg) rule.reg = cfa.reg;
  rule.offset = static_cast<int32_t>(cfa.offset);
  rule.more = static_cast<int32_t>(cfa.more);
  const auto at = from_cfa(state.return_address, cfa);
  if (is_popped(at, rule)) return {.kind = Kind::root};
  if (!returns(state.return_address, at, rule)) return {};
  save_fp(state, rule);
  return rule;
}

}  // namespace plumb::unwind
