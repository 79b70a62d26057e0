// What bpf/dns.bpf.h reads of hostile messages, against a reader that knows no verifier.
#include "dns_wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>

namespace {

using Bytes = std::basic_string<unsigned char>;

class Wire : public testing::Test {
 protected:
  unsigned below(unsigned limit) { return random_() % limit; }

  Bytes some(unsigned most) {
    Bytes bytes;
    for (unsigned i = below(most + 1); i > 0; i--) bytes += static_cast<unsigned char>(below(256));
    return bytes;
  }

  // Mostly what a name should be.
  Bytes name() {
    Bytes bytes;
    for (unsigned i = below(6); i > 0; i--) {
      const Bytes label = some(below(8) ? 12 : 70);
      bytes += static_cast<unsigned char>(label.size());
      bytes += label;
    }
    switch (below(6)) {
      case 0:
        return bytes;
      case 1:
        return bytes + static_cast<unsigned char>(0xc0 + below(64)) + some(1);
      default:
        return bytes + static_cast<unsigned char>(0);
    }
  }

  Bytes record() {
    const unsigned size = below(4) ? (below(2) ? 4 : 16) : below(40);
    const unsigned char type =
        below(3) ? (size == 4 ? 1 : 28) : static_cast<unsigned char>(below(256));
    Bytes bytes = below(3) ? Bytes{0xc0, 0x0c} : name();
    bytes += Bytes{0, type, 0, 1, 0, 0, 0, 60, 0, static_cast<unsigned char>(size)};
    for (unsigned i = 0; i < size; i++) bytes += static_cast<unsigned char>(below(256));
    return bytes;
  }

  Bytes broken(Bytes bytes) {
    for (unsigned i = below(3); i > 0 && !bytes.empty(); i--)
      bytes[below(static_cast<unsigned>(bytes.size()))] = static_cast<unsigned char>(below(256));
    if (!below(4)) bytes.resize(below(static_cast<unsigned>(bytes.size()) + 1));
    return bytes;
  }

  std::mt19937 random_{20261125};
};

struct Question {
  std::string text;
  bool whole = false;
  unsigned type = 0;
};

// Nothing, where it has more labels than the kernel's side reads.
std::optional<Question> question_of(const Bytes& bytes) {
  Question question;
  size_t at = 0;
  for (unsigned labels = 0; at < bytes.size() && at < 255; labels++) {
    if (labels == wire_labels()) return std::nullopt;
    const size_t length = bytes[at];
    if (!length) question.whole = true;
    if (!length || length > 63) break;
    const size_t there = std::min(at + 1 + length, std::min<size_t>(bytes.size(), 255));
    if (at) question.text += '.';
    question.text.append(bytes.begin() + static_cast<long>(at) + 1,
                         bytes.begin() + static_cast<long>(there));
    at += 1 + length;
  }
  if (question.whole && at == 0) question.text = ".";
  if (question.whole && at + 3 <= bytes.size()) question.type = bytes[at + 1] << 8u | bytes[at + 2];
  return question;
}

struct Reader {
  const Bytes& bytes;
  size_t at = 0;
  unsigned steps = 0;

  // False: it is none. Past the end is found by whoever reads on.
  bool name() {
    while (at < bytes.size()) {
      const unsigned length = bytes[at];
      steps++;
      if (length >= 0xc0) return at += 2, true;
      if (length > 63) return false;
      at += 1 + length;
      if (!length) return true;
    }
    return false;
  }
};

TEST_F(Wire, QuestionsAreReadAsTheyStand) {
  for (int i = 0; i < 200000; i++) {
    const Bytes bytes = below(8) ? broken(name() + Bytes{0, 1, 0, 1}) : some(300);
    const wire_question told = wire_read_question(bytes.data(), bytes.size());
    ASSERT_LE(told.size, 254u);
    const auto question = question_of(bytes.substr(0, 259));
    if (!question) continue;
    ASSERT_EQ(std::string(told.text, told.size), question->text);
    ASSERT_EQ(told.whole != 0, question->whole);
    ASSERT_EQ(told.type, question->type);
  }
}

TEST_F(Wire, AnswersAreReadAsTheyStand) {
  for (int i = 0; i < 200000; i++) {
    Bytes bytes = name() + Bytes{0, 1, 0, 1};
    const unsigned records = below(6);
    for (unsigned r = 0; r < records; r++) bytes += record();
    bytes = below(8) ? broken(bytes) : some(1200);
    const bool cut = !below(8) || bytes.size() > 1024;
    const wire_answer told = wire_read_answer(bytes.data(), bytes.size(), 1, records, cut);
    if (bytes.size() > 1024) bytes.resize(1024);

    Reader reader{bytes};
    Bytes address;
    bool malformed = false;
    for (unsigned part = 0; part < 1 + records && !malformed; part++) {
      const bool label_is_bad = !reader.name() && reader.at < bytes.size();
      const size_t fields = reader.at;
      const size_t data = fields + 10;
      const bool is_record = part > 0;
      size_t end = fields + 4;
      if (is_record && data <= bytes.size()) end = data + (bytes[data - 2] << 8u | bytes[data - 1]);
      if (is_record && data > bytes.size()) end = bytes.size() + 1;
      malformed = label_is_bad || ((fields >= bytes.size() || end > bytes.size()) && !cut);
      if (label_is_bad || fields >= bytes.size() || end > bytes.size()) break;
      reader.at = end;
      const unsigned type = bytes[fields] << 8u | bytes[fields + 1];
      if (!is_record || !address.empty()) continue;
      if (type == 1 && end - data == 4)
        address = Bytes(10, 0) + Bytes{0xff, 0xff} + bytes.substr(data, 4);
      if (type == 28 && end - data == 16) address = bytes.substr(data, 16);
    }
    if (reader.steps >= wire_steps()) continue;
    ASSERT_EQ(told.malformed != 0, malformed) << i;
    ASSERT_EQ(told.found != 0, !address.empty()) << i;
    ASSERT_EQ(told.found ? Bytes(told.address, 16) : Bytes(), address) << i;
  }
}

// Counts that lie, and nothing but pointers to themselves: it ends, within the memory that it was
// given.
TEST_F(Wire, EveryMessageComesToAnEnd) {
  for (int i = 0; i < 100000; i++) {
    const Bytes bytes =
        below(2) ? some(1100) : Bytes(below(1100), static_cast<unsigned char>(below(256)));
    wire_read_answer(bytes.data(), bytes.size(), below(65536), below(65536),
                     static_cast<int>(below(2)));
    wire_read_question(bytes.data(), bytes.size());
  }
}

}  // namespace
