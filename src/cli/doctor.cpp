// plumb doctor: what this machine allows, what is missing, what to do.
#include "doctor/doctor.h"

#include "base/print.h"
#include "cli/help.h"
#include "cli/values.h"
#include "doctor/report.h"

namespace plumb::cli {
namespace {

std::vector<FlagGroup> doctor_flags(bool& json) {
  return {{"Output", {{"--json", "", "one JSON object", into(json)}}}};
}

}  // namespace

std::vector<FlagGroup> doctor_flags() {
  static bool nobody;
  return doctor_flags(nobody);
}

Result<int> doctor(const Words& words) {
  bool json = false;
  const Taken taken = TRY(take_flags(words, doctor_flags(json), "plumb doctor"));
  if (taken.help) return help({"doctor"});
  if (!taken.plain.empty()) return misuse("doctor: unknown word '" + taken.plain[0] + "'");
  const plumb::doctor::Report report = plumb::doctor::examine();
  TRY(print(json ? plumb::doctor::as_json(report) : plumb::doctor::as_text(report)));
  return static_cast<int>(report.can_trace ? Exit::done : Exit::failed);
}

}  // namespace plumb::cli
