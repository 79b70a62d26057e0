#include "base/page.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Page, BreaksAtBlanksAndIndents) {
  EXPECT_EQ(fold("name  one two three four five six seven\n", 6, 30),
            "name  one two three four five\n      six seven\n");
  EXPECT_EQ(fold("name  one two three four five\n", 6, 29), "name  one two three four five\n");
}

TEST(Page, KeepsShortLinesAndDrawnOnes) {
  const std::string drawn = "\tif (a very long line of pseudocode that nobody may break)\n";
  EXPECT_EQ(fold("\nshort  line\n" + drawn, 4, 30), "\nshort  line\n" + drawn);
}

TEST(Page, IsAsItWasWhereThereIsNoTerminal) {
  const std::string text(500, 'x');
  EXPECT_EQ(fold(text + " y\n", 2, 0), text + " y\n");
}

TEST(Page, KeepsWordsWhole) {
  EXPECT_EQ(fold("  " + std::string(40, 'x') + " y z\n", 2, 30),
            "  " + std::string(40, 'x') + "\n  y z\n");
  EXPECT_EQ(fold("a  " + std::string(40, 'x'), 3, 30), "a  " + std::string(40, 'x'));
}

TEST(Page, CountsColumnsAndNotBytes) {
  EXPECT_EQ(fold("name  één twéé drié viér vijf zés\n", 6, 30),
            "name  één twéé drié viér vijf\n      zés\n");
  EXPECT_EQ(fold("名  漢字 漢字 漢字 漢字 漢字 漢字\n", 4, 28),
            "名  漢字 漢字 漢字 漢字 漢字\n    漢字\n");
  EXPECT_EQ(fold("e\u0301e\u0301 " + std::string(27, 'x') + "\n", 2, 30),
            "e\u0301e\u0301 " + std::string(27, 'x') + "\n");
  EXPECT_EQ(fold(std::string(10, '\xff') + " " + std::string(19, '\xfe') + " x", 2, 30),
            std::string(10, '\xff') + " " + std::string(19, '\xfe') + "\n  x");
}

TEST(Page, OnANarrowTerminalTextsDoNotBecomeAColumnOfWords) {
  EXPECT_EQ(fold("a longer name    with some text behind it\n", 17, 30),
            "a longer name    with some\n    text behind it\n");
}

TEST(Page, NeverEndsInBlanksOrLosesAWord) {
  for (size_t columns = 1; columns < 40; columns++) {
    std::string words = fold("one two  three    four five six", 3, columns);
    EXPECT_EQ(words.find(" \n"), words.npos) << columns;
    std::erase_if(words, [](char c) { return c == ' ' || c == '\n'; });
    EXPECT_EQ(words, "onetwothreefourfivesix") << columns;
  }
}

}  // namespace
}  // namespace plumb
