// The vocabulary of bpf/schema.bpf.h, as clang compiles it and as the schema reads it.
#include <elf.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "schema/schema.h"

namespace plumb::schema {
namespace {

constexpr const char* source = R"(
#include "schema.bpf.h"
#include <bpf/bpf_helpers.h>
enum mood { MOOD_GOOD, MOOD_BAD = -3 };
EVENT(sample, "one of everything") {
	struct caller   who;
	struct endpoint remote KEY;
	enum mood       mood DOC("how it felt");
	errno_t         error KEY DOC("0 when it worked");
	ns_t            latency DOC("how long it took");
	text_t          path DOC("which file") PRIVACY(path);
	list_t          arguments DOC("with what") PRIVACY(argument) DETAIL;
};
KNOB(ns_t, slower_than, 0, "only slower ones");
struct sample last;
SEC("raw_tp/sys_enter")
int on_enter(void *ctx) { last.latency = slower_than; return 0; }
)";

std::string section(const std::string& file, std::string_view wanted) {
  Elf64_Ehdr elf{};
  std::memcpy(&elf, file.data(), sizeof(elf));
  std::vector<Elf64_Shdr> sections(elf.e_shnum);
  std::memcpy(sections.data(), file.data() + elf.e_shoff, sections.size() * sizeof(Elf64_Shdr));
  for (const Elf64_Shdr& each : sections)
    if (wanted == file.data() + sections[elf.e_shstrndx].sh_offset + each.sh_name)
      return file.substr(each.sh_offset, each.sh_size);
  return {};
}

std::string compiled_btf() {
  std::string directory = "/tmp/plumb_schema_XXXXXX";
  if (!mkdtemp(directory.data())) return {};
  std::ofstream(directory + "/sample.bpf.c") << source;
  const std::string command = "clang -g -O2 -target bpf -I" PLUMB_SOURCE_DIR "/bpf -c " +
                              directory + "/sample.bpf.c -o " + directory + "/sample.o";
  const bool compiled = std::system(command.c_str()) == 0;
  auto object = read_file(directory + "/sample.o");
  std::filesystem::remove_all(directory);
  return compiled && object ? section(*object, ".BTF") : "";
}

class Compiled : public testing::Test {
 protected:
  static void SetUpTestSuite() { btf_ = compiled_btf(); }
  void SetUp() override {
    auto read = from_btf(btf_);
    ASSERT_TRUE(read) << read.error().what;
    schema_ = std::move(*read);
  }
  const Field& field(const char* path) {
    const Field* found = schema_.event.find_exact(path);
    EXPECT_TRUE(found) << path;
    static const Field none;
    return found ? *found : none;
  }

  static std::string btf_;
  Schema schema_;
};
std::string Compiled::btf_;

TEST_F(Compiled, TheEventIsNamedAndDescribed) {
  EXPECT_EQ(schema_.event.name, "sample");
  EXPECT_EQ(schema_.event.doc, "one of everything");
  EXPECT_FALSE(schema_.event.lifecycle);
}

TEST_F(Compiled, TheCallerIsFlattened) {
  EXPECT_EQ(field("who.pid").format, Format::id);
  EXPECT_TRUE(field("who.pid").key);
  EXPECT_EQ(field("who.comm").kind, Kind::text);
  EXPECT_EQ(field("who.comm").doc, "the thread's name");
  EXPECT_EQ(field("who.user").format, Format::user);
  EXPECT_EQ(field("who.user").offset, field("who.uid").offset);
  EXPECT_EQ(&field("who.user"), &field("who.uid") + 1);
  EXPECT_EQ(field("who.container").format, Format::container);
  EXPECT_EQ(field("who.started").format, Format::instant);
}

TEST_F(Compiled, ValuesHaveTheirMeaning) {
  EXPECT_EQ(field("remote.address").kind, Kind::address);
  EXPECT_EQ(field("remote.address").privacy, Privacy::address);
  EXPECT_TRUE(field("remote.port").key);
  EXPECT_FALSE(schema_.event.find_exact("remote.unused"));
  EXPECT_EQ(field("mood").names->name_of(-3), "bad");
  EXPECT_EQ(field("error").format, Format::error);
  EXPECT_EQ(field("error").kind, Kind::signed_number);
  EXPECT_EQ(field("latency").unit, Unit::ns);
  EXPECT_EQ(field("path").kind, Kind::tail_text);
  EXPECT_EQ(field("path").privacy, Privacy::path);
  EXPECT_EQ(field("arguments").kind, Kind::tail_list);
  EXPECT_TRUE(field("arguments").detail);
}

TEST_F(Compiled, TheKnobIsThere) {
  ASSERT_EQ(schema_.knobs.size(), 1u);
  EXPECT_EQ(schema_.knobs[0].name, "slower_than");
  EXPECT_EQ(schema_.knobs[0].type.unit, Unit::ns);
}

TEST_F(Compiled, LintHasNothingToSay) {
  for (const std::string& complaint : lint(btf_)) ADD_FAILURE() << complaint;
}

}  // namespace
}  // namespace plumb::schema
