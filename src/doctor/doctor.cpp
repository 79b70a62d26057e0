#include "doctor/doctor.h"

#include <sys/utsname.h>

#include <algorithm>

#include "doctor/checks.h"
#include "doctor/context.h"
#include "kernel/verifier.h"

namespace plumb::doctor {
std::string running_kernel() {
  utsname name{};
  return uname(&name) ? "" : name.release;
}

Report examine() {
  kernel::capture_libbpf_messages(false);
  const Context context = look_around();
  Report report;
  report.kernel = running_kernel();
  for (auto* each :
       {kernel_checks, right_checks, program_checks, map_checks, helper_checks, machine_checks}) {
    Checks checks = each(context);
    std::move(checks.begin(), checks.end(), std::back_inserter(report.checks));
  }
  for (Check& tracer : tracer_checks(context)) {
    report.can_trace |= tracer.status != Status::missing;
    report.checks.push_back(std::move(tracer));
  }
  return report;
}

}  // namespace plumb::doctor
