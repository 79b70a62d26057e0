#include <gtest/gtest.h>

#include <random>

#include "disclose/survey.h"

namespace plumb::disclose::survey_test {
namespace {

Survey naive(const Element& element) {
  Survey result;
  for (size_t i = element.begin; i < element.end; i++) {
    const char c = element.list[i];
    if (c == ':' || c == '=') result.traits |= has_sign;
    if (c == ':') result.traits |= has_colon;
    if (is_space(c)) result.traits |= has_space;
    if (is_upper(c)) result.traits |= has_upper;
    if (is_lower(c)) result.traits |= has_lower;
    if (is_digit(c)) result.traits |= has_digit;
    if (is_alnum(c) && (i == element.begin || !is_alnum(element.list[i - 1])))
      result.word_starts.push_back(i);
  }
  return result;
}

TEST(Survey, SeesWhatALoopSees) {
  constexpr std::string_view characters = "aZ09-_=: \t\n/@[`{\x80\xff";
  std::mt19937 random(11);
  Survey found;
  for (int round = 0; round < 5000; round++) {
    std::string list;
    const size_t variety = 1 + random() % characters.size();
    for (size_t size = random() % 70; size > 0; size--) list += characters[random() % variety];
    Element element{.list = list, .begin = 0, .end = list.size()};
    if (!list.empty()) element.begin = random() % list.size();
    survey(element, found);
    const Survey expected = naive(element);
    ASSERT_EQ(found.traits, expected.traits) << list;
    ASSERT_EQ(found.word_starts, expected.word_starts) << list;
  }
}

}  // namespace
}  // namespace plumb::disclose::survey_test
