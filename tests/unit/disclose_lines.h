// Command lines for the finder of secrets, as a process passes them; | separates the arguments.
#pragma once
#include <algorithm>
#include <string>

#include "disclose/disclosure.h"
#include "render_events.h"

namespace plumb::test {

// A line, and what may be shown of it.
struct Case {
  const char* said;
  const char* shown;
};

inline std::string redacted(std::string line, uint32_t missing = 0) {
  const Event event = EventMaker("exec").id("pid").list("args").text("path").take();
  std::replace(line.begin(), line.end(), '|', '\0');
  RecordMaker maker(event);
  maker.number("pid", 7).tail("args", line + '\0', missing).tail("path", "/bin/x");
  disclose::Disclosure disclosure(disclose::Mode::redact, {});
  const schema::Record record = disclosure.apply(maker.record());
  EXPECT_EQ(record.bits(event.fields[0]), 7);
  EXPECT_EQ(record.text(event.fields[2]), "/bin/x");
  std::string shown(record.text(event.fields[1]));
  shown.pop_back();
  std::replace(shown.begin(), shown.end(), '\0', '|');
  return shown;
}

}  // namespace plumb::test
