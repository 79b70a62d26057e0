// plumb doctor: what this machine allows, what is missing, what to do.
#include "doctor/doctor.h"
#include "doctor/process.h"

#include "base/print.h"
#include "cli/help.h"
#include "cli/values.h"
#include "doctor/report.h"
#include "session/processes.h"

namespace plumb::cli {
namespace {

std::vector<FlagGroup> doctor_flags(uint32_t& pid, bool& json) {
  return {{"What",
           {{"--pid", "PID", "the stacks of this process, and not the machine", into(pid), "-p"}}},
          {"Output", {{"--json", "", "one JSON object", into(json)}}}};
}

}  // namespace

std::vector<FlagGroup> doctor_flags() {
  static uint32_t nobody;
  static bool nothing;
  return doctor_flags(nobody, nothing);
}

Result<int> doctor(const Words& words) {
  uint32_t pid = 0;
  bool json = false;
  const Taken taken = TRY(take_flags(words, doctor_flags(pid, json), "plumb doctor"));
  if (taken.help) return help({"doctor"});
  if (!taken.plain.empty()) return misuse("doctor: unknown word '" + taken.plain[0] + "'");
  if (pid) TRY(session::check_process(pid));
  const plumb::doctor::Report report =
      pid ? TRY(plumb::doctor::examine_process(pid)) : plumb::doctor::examine();
  TRY(print(json ? plumb::doctor::as_json(report) : plumb::doctor::as_text(report)));
  return static_cast<int>(report.can_trace ? Exit::done : Exit::failed);
}

}  // namespace plumb::cli
