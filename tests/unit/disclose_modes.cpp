// What each mode lets through, and that masked secrets leave nothing behind.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "disclose/disclosure.h"
#include "render_events.h"

namespace plumb::test::modes_test {
namespace {

using disclose::Disclosure;
using disclose::Mode;

Event connect_event() {
  return EventMaker("connect")
      .id("pid")
      .add("peer", Kind::address, 16, Format::plain, Unit::none, Privacy::address)
      .add("name", Kind::text, 24, Format::plain, Unit::none, Privacy::path)
      .list("args")
      .list("env", Privacy::environment)
      .text("path")
      .text("note", Privacy::open)
      .take();
}

const Field& field(const Event& event, std::string_view path) {
  for (const Field& each : event.fields) {
    if (each.path == path) return each;
  }
  std::abort();
}

RecordMaker connection(const Event& event) {
  RecordMaker maker(event);
  maker.number("pid", 7).bytes("peer", std::string(10, '\0') + "\xff\xff\x0a\x01\x02\x03");
  maker.bytes("name", "/etc/passwd").list("args", {"cat", "/etc/passwd"});
  maker.list("env", {"HOME=/root", "API_KEY=abc"}).tail("path", "/bin/cat").tail("note", "hi", 9);
  return maker;
}

TEST(DiscloseModes, SipHashAgreesWithItsAuthors) {
  // The first outputs of vectors.h in github.com/veorq/SipHash for inputs 00, 00 01, ...
  const disclose::HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  const uint64_t expected[] = {0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
                               0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
                               0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462};
  std::string input;
  for (const uint64_t hash : expected) {
    EXPECT_EQ(disclose::siphash(key, input), hash) << input.size();
    input += static_cast<char>(input.size());
  }
  // The example of the paper: 15 bytes.
  for (char c = 9; c < 15; c++) input += c;
  EXPECT_EQ(disclose::siphash(key, input.substr(0, 15)), 0xa129ca6149be45e5);
}

TEST(DiscloseModes, RawAndHarmlessRecordsAreTheSameBytes) {
  const Event event = connect_event();
  const RecordMaker maker = connection(event);
  Disclosure raw(Mode::raw, {});
  EXPECT_EQ(raw.apply(maker.record()).body.data(), maker.record().body.data());
  const Event plain = EventMaker("exec").list("args").take();
  RecordMaker harmless(plain);
  harmless.list("args", {"ls", "-l"});
  Disclosure redact(Mode::redact, {});
  EXPECT_EQ(redact.apply(harmless.record()).body.data(), harmless.record().body.data());
}

TEST(DiscloseModes, RedactMasksTheEnvironmentAndKeepsPathsAndAddresses) {
  const Event event = connect_event();
  const RecordMaker maker = connection(event);
  Disclosure redact(Mode::redact, {});
  const schema::Record record = redact.apply(maker.record(3));
  EXPECT_EQ(record.weight, 3);
  EXPECT_EQ(record.text(field(event, "env")), std::string_view("HOME=/root\0API_KEY=***\0", 23));
  for (const char* same : {"peer", "name", "args", "path", "note"})
    EXPECT_EQ(record.text(field(event, same)), maker.record().text(field(event, same))) << same;
  EXPECT_EQ(record.tail(field(event, "note")).whole, 11);
}

TEST(DiscloseModes, HashKeepsEqualityAndNothingElse) {
  const Event event = connect_event();
  const RecordMaker maker = connection(event);
  Disclosure hash(Mode::hash, {1, 2});
  const schema::Record record = hash.apply(maker.record());
  const std::string args(record.text(field(event, "args")));
  ASSERT_EQ(args.size(), 2 * 14);
  EXPECT_EQ(args[0], '#');
  EXPECT_EQ(args.substr(14, 13), record.text(field(event, "name")));  // both are /etc/passwd
  EXPECT_EQ(record.text(field(event, "path")).size(), 13);
  const std::string peer(record.text(field(event, "peer")));
  EXPECT_EQ(peer.substr(0, 8), std::string("\xfd\x70\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.text(field(event, "note")), "hi");
  EXPECT_EQ(record.bits(field(event, "pid")), 7);
  EXPECT_EQ(record.body.find("passwd"), std::string_view::npos);
  Disclosure other(Mode::hash, {1, 3});
  EXPECT_NE(other.apply(maker.record()).text(field(event, "path")),
            hash.apply(maker.record()).text(field(event, "path")));
}

TEST(DiscloseModes, NoneIsEmpty) {
  const Event event = connect_event();
  const RecordMaker maker = connection(event);
  Disclosure none(Mode::none, {});
  const schema::Record record = none.apply(maker.record());
  for (const char* gone : {"name", "args", "env", "path"}) {
    EXPECT_EQ(record.text(field(event, gone)), "") << gone;
    EXPECT_FALSE(record.cut(field(event, gone))) << gone;
  }
  EXPECT_EQ(record.text(field(event, "peer")), std::string(16, '\0'));
  EXPECT_EQ(record.text(field(event, "note")), "hi");
}

TEST(DiscloseModes, ModesHaveNames) {
  for (const char* name : {"redact", "hash", "raw", "none"})
    EXPECT_EQ(disclose::name_of(*disclose::parse_mode(name)), name);
  EXPECT_EQ(disclose::parse_mode("all").error().exit_status, Exit::usage);
}

TEST(DiscloseModes, HostileTailsAreSafe) {
  const Event event = connect_event();
  std::mt19937 random(1);
  for (int round = 0; round < 20000; round++) {
    std::string body(random() % 200, '\0');
    for (char& c : body) c = static_cast<char>(random() % 8 == 0 ? random() : random() % 3);
    for (const Mode mode : {Mode::redact, Mode::hash, Mode::none}) {
      Disclosure disclosure(mode, {1, 2});
      const schema::Record record = disclosure.apply({&event, 0, 1, body});
      for (const Field& each : event.fields) record.text(each);
    }
  }
}

// A process chooses its arguments to keep the tracer busy: the work stays near linear.
TEST(DiscloseModes, HostileListsAreQuicklyDealtWith) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view piece :
       {"://",         "://a:b",      "key=/",         "key='/",       "token=",
        "sk-",         "key: /x ",    "\"'",           "' \"",         "a=\"",
        ",a",          "-----BEGIN ", "eyJ.",          "AKIA-",        ": ",
        "password:x ", "/aB1/",       "--token ",      "mysql -p ",    "x']=",
        "Bearer ",     "Bearer  \t",  "set a_token ",  "sqlplus a/",   "x;",
        "--auth a:",   "https://a@",  " /password:x",  "mysql -vvvvp", "a:b@",
        "a:@b",        ";token=x",    "\"a=1;token=x", "\\\"",         "token=\\\"",
        "token=''",    " --token==x", "'\\''",         "a:b@c:1",      "\\\\\"",
        "token=\"\";", "token=\"x;",  "a.b@",          "a:b@1."}) {
    std::string list;
    while (list.size() + piece.size() < UINT16_MAX) list += piece;
    disclose::SecretFinder finder;
    finder.find(list, true);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

// No 4 bytes of a masked secret are anywhere in what leaves.
TEST(DiscloseModes, MaskedSecretsLeaveNothingBehind) {
  constexpr std::string_view letters = "ABCDEFGHJKMNPQRTUVWXYZ23456789";
  const Event event =
      EventMaker("exec")
          .add("label", Kind::text, 32, Format::plain, Unit::none, Privacy::argument)
          .list("args")
          .take();
  std::mt19937 random(2);
  for (int round = 0; round < 3000; round++) {
    std::string secret;
    for (size_t i = 8 + random() % 40; i > 0; i--) secret += letters[random() % letters.size()];
    const std::vector<std::vector<std::string>> lines = {
        {"app", "--password=" + secret, "x"},
        {"app", "--token", secret},
        {"mysql", "-p" + secret},
        {"curl", "-u", "ada:" + secret},
        {"git", "https://u:" + secret + "@host/"},
        {"sh", "-c", "PASSWORD=" + secret + " app"},
        {"app", "--password=" + secret, secret},
        {"curl", "-H", "Authorization: B " + secret},
        {"app", "{\"secret\":\"" + secret + "\"}"}};
    RecordMaker maker(event);
    maker.list("args", lines[random() % lines.size()])
        .bytes("label", "secret=" + secret.substr(0, 20));
    Disclosure disclosure(Mode::redact, {});
    const std::string_view left = disclosure.apply(maker.record()).body;
    for (size_t i = 0; i + 4 <= secret.size(); i++)
      ASSERT_EQ(left.find(secret.substr(i, 4)), left.npos) << secret;
  }
}

}  // namespace
}  // namespace plumb::test::modes_test
