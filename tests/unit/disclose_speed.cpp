#include <gtest/gtest.h>

#include "disclose/disclosure.h"
#include "render_stopwatch.h"

namespace plumb::test::speed_test {
namespace {

TEST(DISABLED_DiscloseSpeed, Modes) {
  const Event exec = exec_event();
  const auto pass = [&](const char* what, disclose::Mode mode, const RecordMaker& maker) {
    disclose::Disclosure disclosure(mode, {1, 2});
    measure(what, 200'000, [&](size_t) { disclosure.apply(maker.record()); });
  };
  RecordMaker short_list(exec);
  short_list.list("args", {"ls", "-l", "/home/ada"});
  pass("redact, ls -l /home/ada", disclose::Mode::redact, short_list);
  pass("redact, gcc with 6 arguments", disclose::Mode::redact, typical(exec));
  RecordMaker secret(exec);
  secret.list("args", {"mysql", "-uroot", "-phunter2", "shop"});
  pass("redact, a secret", disclose::Mode::redact, secret);
  RecordMaker large(exec);
  large.list("args", std::vector<std::string>(55, std::string(100, 'x')));
  pass("redact, 55 arguments of 100 bytes", disclose::Mode::redact, large);
  pass("hash, gcc with 6 arguments", disclose::Mode::hash, typical(exec));
}

}  // namespace
}  // namespace plumb::test::speed_test
