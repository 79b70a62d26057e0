#include "kernel/verifier.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "base/fd.h"
#include "base/print.h"
#include "base/text.h"
#include "kernel/features.h"

namespace plumb::kernel {
namespace {

constexpr size_t kept_bytes = 4 << 20;
std::string& messages() {
  static std::string text;
  return text;
}
bool& aloud_flag() {
  static bool aloud = false;
  return aloud;
}

int keep(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG && !aloud_flag()) return 0;
  va_list again;
  va_copy(again, arguments);
  const int length = vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length <= 0) return 0;
  std::string line(static_cast<size_t>(length) + 1, '\0');
  vsnprintf(line.data(), line.size(), format, arguments);
  line.pop_back();
  if (messages().size() < kept_bytes) messages() += line;
  if (aloud_flag()) tell(line);
  return 0;
}

std::string write_log(const std::string& tracer) {
  std::string path = "/tmp/plumb-verifier-" + tracer + "-XXXXXX";
  Fd fd(mkostemp(path.data(), O_CLOEXEC));
  if (!fd) return {};
  const std::string& log = messages();
  size_t written = 0;
  while (written < log.size()) {
    const ssize_t some = ::write(fd.get(), log.data() + written, log.size() - written);
    if (some <= 0) break;
    written += static_cast<size_t>(some);
  }
  return path;
}

bool is_noise(std::string_view line) {
  return line.empty() || line.starts_with("libbpf:") || line.starts_with("processed ") ||
         line.starts_with("-- ") || line.starts_with("verification time") ||
         line.starts_with("stack depth") || line.starts_with("from ");
}

bool is_instruction(std::string_view line) {
  size_t digits = line.find_first_not_of("0123456789");
  return digits != 0 && digits != std::string_view::npos && line[digits] == ':';
}

}  // namespace

std::string hint_of(int error) {
  if (!kernel_btf()) return kernel_btf().remedy;
  if (error == EPERM || error == EACCES)
    return "run as root, or with CAP_BPF and CAP_PERFMON; plumb doctor tells what is missing";
  if (error == EMFILE || error == ENFILE)
    return "too few open files: ulimit -Hn tells how many plumb may have, and root sets";
  if (error == ENOMEM || error == E2BIG) return "a smaller --ring or --keys needs less memory";
  return "plumb doctor says what this kernel allows; -v shows the whole log";
}

std::string distill_verifier_log(std::string_view log) {
  constexpr std::string_view begin = "-- BEGIN PROG LOAD LOG --";
  std::string source, instruction, complaint, last;
  std::istringstream lines{std::string(log)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("; ")) {
      source = line.substr(2);
    } else if (is_instruction(line)) {
      instruction = line.substr(0, line.find("  ;"));
      complaint.clear();
    } else if (!is_noise(line) && !instruction.empty()) {
      if (complaint.empty()) complaint = line;
    } else if (!is_noise(line) && log.find(begin) != std::string_view::npos) {
      last = line;
    }
  }
  if (complaint.empty()) return last;  // about the whole program: its stack, its size
  return complaint + "\n    at " + instruction + (source.empty() ? "" : "\n    in " + source);
}

Fail explain_refusal(const std::string& tracer, bpf_object*, int error) {
  const std::string what = distill_verifier_log(messages());
  if (what.empty()) {
    std::string last;
    for (const std::string& line : split(messages(), '\n'))
      if (line.starts_with("libbpf: ") && last.empty()) last = line.substr(8);
    // libbpf guesses at other causes
    if (error == EPERM || error == EACCES || error == EMFILE || error == ENFILE) last.clear();
    return fail_errno("load " + tracer + (last.empty() ? "" : ": " + last), error, hint_of(error));
  }
  // kernel/bpf/helpers: security_locked_down(LOCKDOWN_BPF_READ_KERNEL) takes the helper away
  const bool withheld = what.find("cannot use helper bpf_probe_read") != std::string::npos;
  return fail("load " + tracer + ": the verifier refused it: " + what,
              (withheld ? "lockdown=confidentiality forbids to read kernel memory, which every "
                          "tracer needs: boot with lockdown=integrity or none; "
                        : "") +
                  ("the whole log is in " + write_log(tracer)));
}

void capture_libbpf_messages(bool aloud) {
  aloud_flag() = aloud;
  messages().clear();
  libbpf_set_print(keep);
}

}  // namespace plumb::kernel
