// Profiles to show: one of a service, and one of names as strangers write them.
#pragma once
#include <string>
#include <vector>

#include "render/stacks.h"

namespace plumb::test {

using render::FrameKind;
using render::Profile;
using render::Stack;
using render::StackFrame;
using render::StackGroup;

inline StackFrame kernel_frame(const std::string& function) {
  return {FrameKind::kernel, function, "kernel", 0xffffffff81000000, "", 0};
}
inline StackFrame native(const std::string& function, const std::string& module) {
  return {FrameKind::user, function, module, 0x1234, "", 0};
}
inline StackFrame at_line(StackFrame frame, const std::string& file, uint32_t line) {
  frame.file = file;
  frame.line = line;
  return frame;
}
inline StackFrame inlined(StackFrame frame) {
  frame.inlined = true;
  return frame;
}
inline StackFrame python(const std::string& function, const std::string& file, uint32_t line) {
  return {FrameKind::python, function, "", std::nullopt, file, line};
}
inline StackFrame java(const std::string& function) {
  return {FrameKind::jit, function, "", 0x7f1200, "", 0};
}

// Outermost first, as they are read.
inline Stack stack_of(const std::vector<StackFrame>& outermost_first,
                      std::string end = "complete") {
  return {{outermost_first.rbegin(), outermost_first.rend()}, std::move(end)};
}

inline std::vector<StackFrame> behind(std::vector<StackFrame> above,
                                      const std::vector<StackFrame>& below) {
  above.insert(above.end(), below.begin(), below.end());
  return above;
}

// Two processes: Python down to the kernel, and Java, of which a stack cannot be read to its end.
inline Profile service_profile() {
  const std::vector<std::string> web = {"python3 4242", "worker 4243"}, shop = {"java 77"};
  const auto start = behind({native("_start", "python3.11"), native("Py_BytesMain", "python3.11")},
                            {python("<module>", "/srv/app.py", 90)});
  const auto serve = behind(start, {python("serve", "/srv/app.py", 12)});
  const auto served = behind(start, {python("serve", "/srv/app.py", 14)});
  const auto query = behind(serve, {python("Orders.query", "/srv/lib/orders.py", 301)});
  const auto reading =
      behind(query, {native("sqlite3_step", "libsqlite3.so.0.8.6"), native("pread64", "libc.so.6"),
                     kernel_frame("entry_SYSCALL_64_after_hwframe"), kernel_frame("ksys_pread64"),
                     kernel_frame("filemap_read")});
  const StackFrame unknown = {FrameKind::user, "", "libsqlite3.so.0.8.6", 0x1f0c2, "", 0};
  const std::string monster =
      "std::_Rb_tree<std::__cxx11::basic_string<char>, std::pair<const "
      "std::__cxx11::basic_string<char>, int>, std::less<void> >::_M_emplace_unique";
  Profile profile{"CPU of shop", "samples", 10'101'010, {}};
  profile.groups = {
      {stack_of(behind(reading, {kernel_frame("copy_page_to_iter")})), web, 420},
      {stack_of(reading), web, 113},
      {stack_of(behind(query, {unknown})), web, 57},
      {stack_of(behind(served, {native(monster, "liborders.so")})), web, 180},
      {stack_of(served), web, 31},
      {stack_of(behind(start, {python("log", "/srv/log.py", 7)})), web, 2},
      {stack_of(behind(start, {python("tick", "/srv/app.py", 70)})), web, 1},
      {stack_of({java("Shop.sell;(I)V"), native("memcpy", "libc.so.6")}, "no unwind information"),
       shop, 96},
      {stack_of({java("Shop.sell;(I)V")}, "no unwind information"), shop, 4},
      {stack_of({}, "not readable"), {"java 77"}, 10},
  };
  return profile;
}

// Nothing of these may steer a terminal, end a line, a script or a string, or be no UTF-8.
inline Profile hostile_profile() {
  const std::string evil = "</script><!--\"';\n\r\t\x1b[31m\x7f\xff\xe2\x80\xae\xe2\x80\xa8\\&";
  Profile profile{evil, "samples", 0, {}};
  StackFrame frame{FrameKind::user, evil, evil, UINT64_MAX, evil, UINT32_MAX};
  for (const auto kind : {FrameKind::kernel, FrameKind::user, FrameKind::python, FrameKind::jit}) {
    frame.kind = kind;
    profile.groups.push_back({{{frame, frame}, evil}, {evil, ""}, 1});
  }
  profile.groups.push_back({{{StackFrame{}}, ""}, {}, 2});
  profile.groups.push_back({{}, {}, 3});
  profile.groups.push_back(
      {stack_of({native(std::string(20'000, 'x') + "漢字" + std::string(20'000, 'y'), "m")}),
       {},
       4});
  return profile;
}

}  // namespace plumb::test
