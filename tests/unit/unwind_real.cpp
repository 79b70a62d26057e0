// Rules of real files, against what binutils' readelf makes of their .eh_frame. PLUMB_UNWIND_FILES
// names more of them, separated by colons.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include "base/fd.h"
#include "probe/open_file.h"
#include "unwind_builder.h"

namespace plumb::unwind::real_test {
namespace {

constexpr uint64_t most_told = 10;     // mismatches
constexpr uint64_t most_padding = 15;  // of a gap that is not told

using Pipe = std::unique_ptr<FILE, int (*)(FILE*)>;

Pipe output_of(const std::string& command) { return {popen(command.c_str(), "r"), pclose}; }

struct Load {
  uint64_t offset = 0, address = 0, size = 0;
};

std::vector<Load> loads_of(const std::string& path) {
  const Pipe pipe = output_of("readelf -lW '" + path + "' 2>/dev/null");
  std::vector<Load> all;
  std::array<char, 4096> line{};
  while (fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    std::istringstream words(line.data());
    std::string kind, physical;
    Load load;
    if (words >> kind >> std::hex >> load.offset >> load.address >> physical >> load.size &&
        kind == "LOAD")
      all.push_back(load);
  }
  return all;
}

struct Function {
  uint64_t begin = 0, end = 0;
};

// What readelf says of the code from one of its lines to the next: "rsp+16", "c-8", "exp", "u".
struct Told {
  std::string cfa, fp, return_address;
};

// Of what functions share.
struct Shared {
  bool is_signal = false;
  std::optional<Told> told;
};

class Comparison {
 public:
  Comparison(const Table& table, std::vector<Load> loads)
      : table_(table), loads_(std::move(loads)) {}

  void line(const std::string& line) {
    std::istringstream words(line);
    std::vector<std::string> all;
    for (std::string word; words >> word;)
      if (word[0] != '(') all.push_back(word);  // "r5 (rdi)"
    if (all.size() > 3 && all[3] == "CIE") return shared(all);
    if (all.size() > 5 && all[3] == "FDE") return begin(all);
    if (all.empty() || all[0] == "ZERO") return;
    if (all[0] == "LOC") return heads(all);
    if (all[0].size() == 16 && all.size() == columns_.size()) row(all);
  }
  void end() {
    finish();
    gaps();
  }
  uint64_t compared() const { return compared_; }

 private:
  // "0000 0014 00000000 CIE "zR" cf=1 df=-8 ra=16"
  void shared(const std::vector<std::string>& words) {
    finish();
    common_ = words[0];
    shared_[common_].is_signal = words[4].find('S') != std::string::npos;
  }
  // "0018 0014 0000001c FDE cie=00000000 pc=00001020..00001130"
  void begin(const std::vector<std::string>& words) {
    finish();
    const std::string& range = words[5];
    const Function found{std::stoull(range.substr(3), nullptr, 16),
                         std::stoull(range.substr(range.find("..") + 2), nullptr, 16)};
    if (found.begin == found.end) return;
    function_ = found;
    functions_[found.begin] = found.end;
    common_ = words[4].substr(4);
    since_ = found.begin;
    told_ = shared_[common_].told;  // it has no line if that is all
  }
  void heads(const std::vector<std::string>& words) { columns_ = words; }

  void row(const std::vector<std::string>& words) {
    const uint64_t at = std::stoull(words[0], nullptr, 16);
    if (function_) close(at);
    told_ = Told{words[1], "u", "u"};
    since_ = at;
    for (size_t i = 2; i < words.size(); i++) {
      if (columns_[i] == "rbp") told_->fp = words[i];
      if (columns_[i] == "ra") told_->return_address = words[i];
    }
  }
  void finish() {
    if (function_)
      close(function_->end);
    else if (told_)
      shared_[common_].told = told_;
    function_.reset();
    told_.reset();
  }
  // The last row held up to here: looked at are its first byte and its last.
  void close(uint64_t end) {
    if (!told_ || end <= since_) return;
    compare(since_);
    if (end - since_ > 1) compare(end - 1);
  }

  void compare(uint64_t address) {
    compared_++;
    const Rule& rule = rule_at(table_, offset_of(address));
    if (agrees(rule)) return;
    tell(fmt::format("{:x}: {} rbp={} ra={} is not kind {} reg {} offset {} fp {} {}", address,
                     told_->cfa, told_->fp, told_->return_address, static_cast<int>(rule.kind),
                     rule.reg, rule.offset, static_cast<int>(rule.fp_saved), rule.fp_offset));
  }

  bool agrees(const Rule& rule) const {
    if (shared_.at(common_).is_signal) return rule == Rule{.kind = Kind::signal};
    if (told_->return_address == "u") return rule == Rule{.kind = Kind::root};
    const bool in_register = rule.kind == Kind::return_in_register;
    if (told_->return_address != "c-8" && !in_register) return rule == Rule();
    if (in_register && told_->return_address != fmt::format("r{}", rule.reg)) return false;
    if (is_popped()) return rule == Rule{.kind = Kind::root} || in_register;
    return agrees_on_cfa(rule) && agrees_on_fp(rule);
  }
  bool is_popped() const { return told_->cfa == "rsp+0"; }

  bool agrees_on_cfa(const Rule& rule) const {
    const auto sum = [&](const std::string& base) {
      return told_->cfa == fmt::format("{}{:+}", base, rule.offset);
    };
    switch (rule.kind) {
      case Kind::sp:
      case Kind::return_in_register:
        return sum("rsp");
      case Kind::fp:
        return sum("rbp");
      case Kind::reg:
        return sum(register_name(rule.reg));
      case Kind::plt:
      case Kind::sp_deref:
      case Kind::fp_deref:
      case Kind::unknown:
        return told_->cfa == "exp";  // it does not say which
      default:
        return false;
    }
  }
  bool agrees_on_fp(const Rule& rule) const {
    if (rule.kind == Kind::unknown) return true;
    switch (rule.fp_saved) {
      case FpSaved::no:
        return told_->fp == "u" || told_->fp == "s";
      case FpSaved::at_cfa:
        return told_->fp == fmt::format("c{:+}", rule.fp_offset);
      case FpSaved::at_fp:
        return told_->fp == "exp";
      default:
        return told_->fp == "exp" || told_->fp == "vexp" || told_->fp[0] == 'r';
    }
  }

  static std::string register_name(uint8_t number) {
    static const char* const names[] = {"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp"};
    return number < 8 ? names[number] : "r" + std::to_string(number);
  }

  void gaps() {
    uint64_t last = 0;
    for (const auto& [begin, end] : functions_) {
      if (last != 0 && begin > last + most_padding) {
        compared_++;
        const Kind kind = rule_at(table_, offset_of(begin - 1)).kind;
        if (kind != Kind::unknown && kind != Kind::root)
          tell(fmt::format("known: {:x}", begin - 1));
      }
      last = std::max(last, end);
    }
    if (rule_at(table_, offset_of(last - 1) + 1) != Rule()) tell("its end is known");
  }

  uint64_t offset_of(uint64_t address) const {
    for (const Load& each : loads_)
      if (address >= each.address && address - each.address < each.size)
        return each.offset + (address - each.address);
    return 0;
  }
  void tell(const std::string& what) {
    if (told_count_++ < most_told) ADD_FAILURE() << what;
  }

  const Table& table_;
  std::vector<Load> loads_;
  std::map<std::string, Shared> shared_;  // by their place
  std::string common_;                    // the place of the last
  std::map<uint64_t, uint64_t> functions_;
  std::vector<std::string> columns_;
  std::optional<Function> function_;
  std::optional<Told> told_;
  uint64_t since_ = 0;
  uint64_t compared_ = 0;
  uint64_t told_count_ = 0;
};

Table table_in(const probe::Bytes& bytes) {
  const auto elf = probe::Elf::of(bytes);
  EXPECT_TRUE(elf) << elf.error().what;
  const auto begin = std::chrono::steady_clock::now();
  const auto table = table_of(*elf, bytes);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  EXPECT_TRUE(table) << table.error().what;
  testing::Test::RecordProperty("milliseconds", fmt::format("{:.1f}", took.count()));
  return *table;
}

void expect_as_readelf_tells(const Table& table, const std::string& path) {
  EXPECT_TRUE(is_sound(table));
  EXPECT_EQ(table.skipped, 0u);
  Comparison comparison(table, loads_of(path));
  const Pipe pipe =
      output_of("readelf --debug-dump=no-follow-links,frames-interp '" + path + "' 2>/dev/null");
  std::array<char, 4096> line{};
  bool is_wanted = false;
  while (fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    const std::string text(line.data());
    if (text.find("Contents of") != std::string::npos)
      is_wanted = text.find(" .eh_frame ") != std::string::npos;
    else if (is_wanted)
      comparison.line(text);
  }
  comparison.end();
  EXPECT_GE(comparison.compared(), table.rows.size());
  testing::Test::RecordProperty("compared", std::to_string(comparison.compared()));
  testing::Test::RecordProperty("rows", std::to_string(table.rows.size()));
  testing::Test::RecordProperty("rules", std::to_string(table.rules.size()));
}

bool has_readelf() { return system("command -v readelf >/dev/null") == 0; }

class RealFile : public testing::TestWithParam<std::string> {};

TEST_P(RealFile, HasTheRulesThatReadelfTells) {
  const std::string path = GetParam();
  if (access(path.c_str(), R_OK) != 0) GTEST_SKIP() << "no " << path;
  if (!has_readelf()) GTEST_SKIP() << "no readelf";
  auto open = probe::open_file(path);
  ASSERT_TRUE(open) << open.error().what;
  const probe::FileBytes bytes(std::move(open->file), open->size);
  expect_as_readelf_tells(table_in(bytes), path);
}

std::vector<std::string> files() {
  std::vector<std::string> all{"/usr/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2",
                               "/bin/bash", "/usr/lib/x86_64-linux-gnu/libgcc_s.so.1"};
  const char* more = getenv("PLUMB_UNWIND_FILES");
  std::istringstream names(more != nullptr ? more : "");
  for (std::string name; std::getline(names, name, ':');) all.push_back(name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(OfThisMachine, RealFile, testing::ValuesIn(files()));

// Its first instructions are assembly without a description, and nobody calls them: gdb ends there,
// too.
TEST(Loader, BeginsWithARoot) {
  const std::string path = "/lib64/ld-linux-x86-64.so.2";
  if (access(path.c_str(), R_OK) != 0) GTEST_SKIP() << "no " << path;
  auto open = probe::open_file(path);
  ASSERT_TRUE(open) << open.error().what;
  const probe::FileBytes bytes(std::move(open->file), open->size);
  const auto elf = probe::Elf::of(bytes);
  ASSERT_TRUE(elf);
  const Table table = table_in(bytes);
  const uint64_t call_returns = *elf->offset_of(elf->entry()) + 8;
  EXPECT_EQ(rule_at(table, call_returns - 1).kind, Kind::root);
  EXPECT_NE(rule_at(table, call_returns + 64).kind, Kind::root);
}

// The kernel's code in each process is in no file: as an unwinder of this process would, it is read
// from memory.
std::string vdso() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0, end = 0;
    if (line.ends_with("[vdso]") && sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2)
      return std::string(reinterpret_cast<const char*>(begin), end - begin);
  }
  return {};
}

TEST(Vdso, HasTheRulesThatReadelfTells) {
  const std::string image = vdso();
  if (image.empty() || !has_readelf()) GTEST_SKIP() << "no vDSO or no readelf";
  std::string path = "/tmp/plumb_vdso_XXXXXX";
  const Fd file(mkstemp(path.data()));
  ASSERT_EQ(write(file.get(), image.data(), image.size()), static_cast<ssize_t>(image.size()));
  expect_as_readelf_tells(table_in(probe::MemoryBytes(image)), path);
  unlink(path.c_str());
}

}  // namespace
}  // namespace plumb::unwind::real_test
