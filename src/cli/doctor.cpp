// plumb doctor: what this machine allows, what is missing, what to do.
#include "doctor/doctor.h"

#include <fmt/format.h>

#include "cli/cli.h"
#include "doctor/report.h"

namespace plumb::cli {

Result<int> doctor(const Words& words) {
  constexpr const char* usage = "plumb doctor [--json]";
  bool json = false;
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") {
      fmt::print(
          "{}\n\nTries what plumb needs of this machine; exit status 1 if nothing can be "
          "traced.\n",
          usage);
      return 0;
    }
    if (word != "--json") return misuse("doctor: unknown word '" + word + "'", usage);
    json = true;
  }
  const plumb::doctor::Report report = plumb::doctor::examine();
  fmt::print("{}", json ? plumb::doctor::as_json(report) : plumb::doctor::as_text(report));
  return static_cast<int>(report.can_trace ? Exit::done : Exit::failed);
}

}  // namespace plumb::cli
