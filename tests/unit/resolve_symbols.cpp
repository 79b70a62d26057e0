#include "resolve/symbols.h"

#include <gtest/gtest.h>

#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

Symbols symbols_of(const FakeMachine& machine, const std::string& text) {
  machine.write("/kallsyms", text);
  return Symbols(machine.root + "/kallsyms");
}

TEST(Symbols, NamesVariablesAndWhatLiesInside) {
  FakeMachine machine;
  Symbols symbols = symbols_of(machine,
                               "0000000000000000 A fixed_percpu_data\n"
                               "ffffffff81000000 T _text\n"
                               "ffffffff82000040 D rtnl_mutex\n"
                               "ffffffff82000000 d init_mm\n"
                               "ffffffff82000060 T not_a_variable\n"
                               "ffffffff82000080 b a_lock\t[nf_tables]\n"
                               "ffffffff82000080 b its_alias\t[nf_tables]\n"
                               "ffffffff82000100 B _end\n");
  EXPECT_EQ(symbols.name_of(0xffffffff82000040), "rtnl_mutex");
  EXPECT_EQ(symbols.name_of(0xffffffff8200005f), "rtnl_mutex+0x1f");
  EXPECT_EQ(symbols.name_of(0xffffffff82000038), "init_mm+0x38");
  EXPECT_EQ(symbols.name_of(0xffffffff82000080), "a_lock");
  EXPECT_EQ(symbols.name_of(0xffffffff82000088), "");  // a module's last one may end there
  EXPECT_EQ(symbols.name_of(0xffffffff82000070), "");  // behind a function
  EXPECT_EQ(symbols.name_of(0xffffffff81000008), "");
  EXPECT_EQ(symbols.name_of(0xffffffff82000100), "");  // the last: nobody knows how long it is
  EXPECT_EQ(symbols.name_of(0xffff888100000000), "");
  EXPECT_EQ(symbols.name_of(0), "");
}

TEST(Symbols, KnowsNothingWhereAddressesAreHidden) {
  FakeMachine machine;
  Symbols symbols =
      symbols_of(machine, "0000000000000000 D rtnl_mutex\n0000000000000000 D init_mm\n");
  EXPECT_EQ(symbols.name_of(0xffffffff82000040), "");
  Symbols absent(machine.root + "/no/such/file");
  EXPECT_EQ(absent.name_of(0xffffffff82000040), "");
}

TEST(Symbols, AVariableIsNotLargerThanAny) {
  FakeMachine machine;
  Symbols symbols = symbols_of(machine, "ffffffff82000000 D one\nffffffff83000000 D far\n");
  EXPECT_EQ(symbols.name_of(0xffffffff8200ffff), "one+0xffff");
  EXPECT_EQ(symbols.name_of(0xffffffff82010000), "");
}

TEST(Symbols, ReadsOnThroughLinesThatAreNone) {
  FakeMachine machine;
  Symbols symbols =
      symbols_of(machine,
                 "x\n\nffffffff82000000\nffffffff82000000 D\nffffffff8200000000 D big\n"
                 "ffffffff82000010 D \x1b[31mred\nffffffff82000020 D end");
  EXPECT_EQ(symbols.name_of(0xffffffff82000010), "");  // the one behind it has no end of line
  symbols = symbols_of(machine, "ffffffff82000010 D \x1b[31mred\nffffffff82000020 D end\n");
  EXPECT_EQ(symbols.name_of(0xffffffff82000010), "?[31mred");
}

}  // namespace
}  // namespace plumb::resolve
