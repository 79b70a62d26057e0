#include "kernel/user_places.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "base/print.h"
#include "base/text.h"
#include "kernel/probes.h"

namespace plumb::kernel {
namespace {

constexpr int not_supported = 524;  // ENOTSUPP of include/linux/errno.h, which leaves the kernel
constexpr size_t most_files_told = 10;

// BPF_LINK_CREATE as of 6.6, which libbpf 1.1 and its headers do not know.
struct ManyLink {
  uint32_t program = 0, target = 0, attach_type = many_at_once_attachment, flags = 0;
  uint64_t path = 0, offsets = 0, reference_counters = 0, cookies = 0;
  uint32_t count = 0, link_flags = 0, pid = 0, padding = 0;
};
constexpr uint32_t on_return = 1;  // BPF_F_UPROBE_MULTI_RETURN

// BPF_LINK_CREATE of a perf event with a cookie (5.15), as libbpf makes it.
struct EventLink {
  uint32_t program = 0, target = 0, attach_type = BPF_PERF_EVENT, flags = 0;
  uint64_t cookie = 0;
};

template <class Attributes>
Fd create_link(const Attributes& attributes) {
  return Fd(static_cast<int>(syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes))));
}

std::string own_path(const UserFile& file) {
  return fmt::format("/proc/self/fd/{}", file.file.get());
}

std::string why(int error) {
  return error == not_supported || error == EOPNOTSUPP
             ? "the kernel does not put a probe on the instruction there"
             : std::strerror(error);
}

constexpr pid_t everybody = -1, only_self = 0;

// By its perf event: Documentation/trace/uprobetracer.rst, perf_uprobe in kernel/events.
Fd open_uprobe(const std::string& path, uint64_t offset, uint64_t config, pid_t whose) {
  const auto type = read_file("/sys/bus/event_source/devices/uprobe/type", 64);
  const auto number = type ? parse_unsigned(split(*type, '\n').front()) : Result<uint64_t>(0);
  if (!number || *number == 0) {
    errno = ENODEV;
    return {};
  }
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = static_cast<uint32_t>(*number);
  attributes.config = config;
  attributes.uprobe_path = reinterpret_cast<uint64_t>(path.c_str());
  attributes.probe_offset = offset;
  const int cpu = whose == everybody ? 0 : -1;
  return Fd(static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, whose, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
}

class Attaching {
 public:
  explicit Attaching(int program) : program_(program) {}

  // `catches`: the kernel is to call the program when the functions return that begin there.
  void all(UserFile& file, std::span<UserPlace> places, bool catches) {
    is_return_ = catches;
    if (many_at_once()) return many(file, places);
    for (UserPlace& place : places) one(file, place);
  }

  Result<> result() const {
    if (told_ > most_files_told)
      tell(fmt::format("plumb: and {} places more\n", told_ - most_files_told));
    return made_ ? Result<>() : fail("no place could be taken: " + reason_);
  }

 private:
  // One bad place fails a whole link: halves of it are tried then.
  void many(UserFile& file, std::span<UserPlace> places) {
    if (places.empty()) return;
    std::vector<uint64_t> offsets, semaphores, cookies;
    for (const UserPlace& place : places) {
      offsets.push_back(place.offset);
      semaphores.push_back(place.semaphore);
      cookies.push_back(place.cookie);
    }
    const std::string path = own_path(file);
    ManyLink link;
    link.program = static_cast<uint32_t>(program_);
    link.path = reinterpret_cast<uint64_t>(path.c_str());
    link.offsets = reinterpret_cast<uint64_t>(offsets.data());
    link.reference_counters = reinterpret_cast<uint64_t>(semaphores.data());
    link.cookies = reinterpret_cast<uint64_t>(cookies.data());
    link.count = static_cast<uint32_t>(places.size());
    link.link_flags = is_return_ ? on_return : 0;
    Fd made = create_link(link);
    const int error = errno;
    if (made) return keep(file, std::move(made));
    if (places.size() == 1) return refuse(file, places.front(), error);
    many(file, places.first(places.size() / 2));
    many(file, places.subspan(places.size() / 2));
  }

  void one(UserFile& file, UserPlace& place) {
    Fd event = open_event(file, place);
    if (!event) return refuse(file, place, errno);
    EventLink attributes;
    attributes.program = static_cast<uint32_t>(program_);
    attributes.target = static_cast<uint32_t>(event.get());
    attributes.cookie = place.cookie;
    if (Fd link = create_link(attributes); link) return keep(file, std::move(link));
    // before 5.15; there no program asks for a cookie
    if (ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, program_)) return refuse(file, place, errno);
    keep(file, std::move(event));
  }

  Fd open_event(const UserFile& file, const UserPlace& place) const {
    constexpr int counter_shift = 32;  // PERF_UPROBE_REF_CTR_OFFSET_SHIFT
    return open_uprobe(own_path(file), place.offset,
                       (place.semaphore << counter_shift) | (is_return_ ? 1 : 0), everybody);
  }

  void keep(UserFile& file, Fd link) {
    file.links.push_back(std::move(link));
    made_++;
  }

  void refuse(const UserFile& file, UserPlace& place, int error) {
    reason_ = place.refusal = why(error);
    if (told_++ < most_files_told)
      tell(fmt::format("plumb: not at {}+{:#x}: {}\n", file.path, place.offset, reason_));
  }

  int program_;
  bool is_return_ = false;
  size_t made_ = 0;
  size_t told_ = 0;
  std::string reason_ = "there is none";
};

// The ret instructions of its functions, as places.
std::vector<UserPlace> ends_of(const UserFile& file) {
  std::vector<UserPlace> all;
  for (const UserPlace& place : file.places)
    for (const uint64_t end : place.ends)
      all.push_back({end, place.semaphore, place.cookie, {}, place.function, {}, {}});
  return all;
}

}  // namespace

bool is_of_user(std::string_view section) {
  if (section.ends_with(".s")) section.remove_suffix(2);
  return section == "uprobe" || section == "uretprobe";
}

bool many_at_once() {
  static const bool can = program_type(ProgramType::uprobe_multi).yes;
  return can;
}

Fd probe_self(uint64_t offset) { return open_uprobe("/proc/self/exe", offset, 0, only_self); }

Result<> attach_user(int program, std::string_view section, std::span<UserFile> files) {
  const bool is_return = section.starts_with("uretprobe");
  Attaching attaching(program);
  for (UserFile& file : files) {
    std::vector<UserPlace> ends = is_return ? ends_of(file) : std::vector<UserPlace>();
    const std::span<UserPlace> places = ends.empty() ? std::span(file.places) : std::span(ends);
    attaching.all(file, places, is_return && ends.empty());
  }
  return attaching.result();
}

}  // namespace plumb::kernel
