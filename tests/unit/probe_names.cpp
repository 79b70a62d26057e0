// What names are read as, and which functions a name means.
#include <gtest/gtest.h>

#include "probe/functions.h"
#include "probe/readable_name.h"

namespace plumb::probe::names_test {
namespace {

// Made with `c++filt -p -i` where no comment says otherwise.
TEST(ReadableName, OfCpp) {
  EXPECT_EQ(readable_name("malloc"), "malloc");
  EXPECT_EQ(readable_name("_ZN2ns6Server6handleEiRKSs"), "ns::Server::handle");
  EXPECT_EQ(readable_name("_ZNK1A1fEv"), "A::f");
  EXPECT_EQ(readable_name("_ZNKR1A1fEv"), "A::f");
  EXPECT_EQ(readable_name("_ZN12_GLOBAL__N_11fEi"), "(anonymous namespace)::f");
  EXPECT_EQ(readable_name("_ZN12_GLOBAL__N_11AC2EOS0_"), "(anonymous namespace)::A::A");
  EXPECT_EQ(readable_name("_ZN1AD0Ev"), "A::~A");
  EXPECT_EQ(readable_name("_ZNSs6appendEPKc"), "std::string::append");
  EXPECT_EQ(readable_name("_ZN3foo3barB5cxx11Ei"), "foo::bar[abi:cxx11]");
}

// Made with `c++filt -i`, without the return type.
TEST(NameWithParameters, OfCpp) {
  EXPECT_EQ(name_with_parameters("malloc"), "malloc");
  EXPECT_EQ(name_with_parameters("_ZN2ns6Server6handleEiRKSs"),
            "ns::Server::handle(int, std::string const&)");
  EXPECT_EQ(name_with_parameters("_ZNK1A1fEv"), "A::f() const");
  EXPECT_EQ(name_with_parameters("_ZNKR1A1fEv"), "A::f() const &");
  EXPECT_EQ(name_with_parameters("_ZNK1AclEi"), "A::operator()(int) const");
  EXPECT_EQ(name_with_parameters("_Z1fIiEPFicET_"), "f<int>(int)");  // int (*f<int>(int))(char)
  EXPECT_EQ(name_with_parameters("_Z1fIiEvT_.cold"), "f<int>(int).cold");
  EXPECT_EQ(name_with_parameters("_ZTv0_n24_N1A1fEv"), readable_name("_ZTv0_n24_N1A1fEv"));
}

TEST(ReadableName, OfOperators) {
  EXPECT_EQ(readable_name("_ZNK1AclEi"), "A::operator()");
  EXPECT_EQ(readable_name("_ZNK1AptEv"), "A::operator->");
  EXPECT_EQ(readable_name("_ZNK1AixEm"), "A::operator[]");
  EXPECT_EQ(readable_name("_ZlsRSoRK1A"), "operator<<");
  EXPECT_EQ(readable_name("_ZN1AltIiEEbRKS_"), "A::operator< <int>");
  EXPECT_EQ(readable_name("_ZrsI1AERSiS1_RT_"), "operator>><A>");
  EXPECT_EQ(readable_name("_Znwm"), "operator new");
  EXPECT_EQ(readable_name("_ZdaPv"), "operator delete[]");
  EXPECT_EQ(readable_name("_ZN1AnwEm"), "A::operator new");
  EXPECT_EQ(readable_name("_ZN1AcviEv"), "A::operator int");
  EXPECT_EQ(readable_name("_ZNK1AcvPKcEv"), "A::operator char const*");
  EXPECT_EQ(readable_name("_ZN1AcvPFviEEv"), "A::operator void (*)(int)");
  EXPECT_EQ(readable_name("_Zli3_kmy"), "operator\"\" _km");
}

TEST(ReadableName, OfTemplates) {
  EXPECT_EQ(readable_name("_ZN2ns1TIiE1fEv"), "ns::T<int>::f");
  EXPECT_EQ(readable_name("_Z1fIiEvT_"), "f<int>");
  EXPECT_EQ(readable_name("_Z1fIjEjT_"), "f<unsigned int>");
  EXPECT_EQ(readable_name("_Z1fIiEPFicET_"), "f<int>");        // int (*f<int>(int))(char)
  EXPECT_EQ(readable_name("_Z1fIiERA3_iT_"), "f<int>");        // int (&f<int>(int)) [3]
  EXPECT_EQ(readable_name("_Z1fIiEDTcl1gfp_EET_"), "f<int>");  // decltype (g({parm#1})) f<int>(int)
  EXPECT_EQ(readable_name("_Z1fIiEDaT_"), "f<int>");           // auto f<int>(int)
  EXPECT_EQ(readable_name("_Z1fIiEDcT_"), "f<int>");           // decltype(auto) f<int>(int)
  EXPECT_EQ(readable_name("_Z1fIFviEEvv"), "f<void (int)>");
  EXPECT_EQ(readable_name("_Z1fIPFviEEvv"), "f<void (*)(int)>");
  EXPECT_EQ(readable_name("_Z1fILb1EEvv"), "f<true>");
  EXPECT_EQ(readable_name("_ZN1AIXadL_ZNK1BclEvEEE1fEv"), "A<&(B::operator()() const)>::f");
}

TEST(ReadableName, OfWhatIsWithinAFunction) {
  EXPECT_EQ(readable_name("_ZZ1fiENKUliE_clEi"), "f(int)::{lambda(int)#1}::operator()");
  EXPECT_EQ(readable_name("_ZZNK1A1fEvENKUlvE_clEv"), "A::f() const::{lambda()#1}::operator()");
  EXPECT_EQ(readable_name("_ZZN1A1fEvEN1B1gEi"), "A::f()::B::g");
  EXPECT_EQ(readable_name("_ZZ1fIiEvT_ENKUlvE_clEv"), "f<int>(int)::{lambda()#1}::operator()");
}

// A thunk is not the function after which it is named; a part is not where its function begins.
TEST(ReadableName, OfWhatIsNotTheFunction) {
  EXPECT_EQ(readable_name("_ZThn8_N1A1fEv"), "non-virtual thunk to A::f()");
  EXPECT_EQ(readable_name("_ZTW1x"), "TLS wrapper function for x");
  EXPECT_EQ(readable_name("_ZN1A1fEi.cold"), "A::f.cold");  // c++filt: A::f(int) [clone .cold]
  EXPECT_EQ(readable_name("_ZN1A1fEi.constprop.0"), "A::f.constprop.0");
  EXPECT_EQ(readable_name("_ZN1A1fEi.llvm.1234"), "A::f");
  EXPECT_EQ(readable_name("_ZL1fi.part.0.llvm.77"), "f.part.0");
}

// Symbols of rustc 1.95 with -C symbol-mangling-version=v0, and what c++filt makes of them without
// the crates' hashes and the types of constants.
TEST(ReadableName, OfRustV0) {
  EXPECT_EQ(readable_name("_RNvNtCs6GmmlP4bgsG_1r5inner5plain"), "r::inner::plain");
  EXPECT_EQ(readable_name("_RNvCs6GmmlP4bgsG_1r4main.llvm.77"), "r::main");
  EXPECT_EQ(readable_name("_RNvCs6GmmlP4bgsG_1r4main.cold"), "r::main.cold");
  EXPECT_EQ(readable_name("_RINvNtCs6GmmlP4bgsG_1r5inner3genFlElKj2_EB4_"),
            "r::inner::gen::<fn(i32) -> i32, 2>");
  EXPECT_EQ(readable_name("_RINvNtCs6GmmlP4bgsG_1r5inner3genNCNvB4_4main0Kj5_EB4_"),
            "r::inner::gen::<r::main::{closure#0}, 5>");
  EXPECT_EQ(readable_name("_RNvMs_NtCs6GmmlP4bgsG_1r5innerINtB4_1ShE3ownB6_"),
            "<r::inner::S<u8>>::own");
  EXPECT_EQ(readable_name("_RNvXNtCs6GmmlP4bgsG_1r5innerINtB2_1ShENtB2_2Tr2goB4_"),
            "<r::inner::S<u8> as r::inner::Tr>::go");
  EXPECT_EQ(readable_name("_RNCNvCs6GmmlP4bgsG_1r4mains1_0B3_"), "r::main::{closure#3}");
  EXPECT_EQ(readable_name("_RNSNvYNCNvCs6GmmlP4bgsG_1r4mains0_0INtNtNtCsgEmfK2I1SDS_4core3ops8"
                          "function6FnOnceThEE9call_once6vtableB8_"),
            "<r::main::{closure#2} as core::ops::function::FnOnce<(u8,)>>::call_once::{shim:vtable"
            "#0}");
  EXPECT_EQ(readable_name("_RNvNtCs6GmmlP4bgsG_1r5inneru9gre_6ka8i"), "r::inner::größe");
}

// Of the grammar in the rustc book: each form that no symbol above has.
TEST(ReadableName, OfRustV0Types) {
  EXPECT_EQ(readable_name("_RINvC1a1fRhQhPhOhSheE"),
            "a::f::<&u8, &mut u8, *const u8, *mut u8, [u8], str>");
  EXPECT_EQ(readable_name("_RINvC1a1fAhj3_TETclEE"), "a::f::<[u8; 3], (), (char, i32)>");
  EXPECT_EQ(readable_name("_RINvC1a1fFUKChEuFK7stdcallEzE"),
            "a::f::<unsafe extern \"C\" fn(u8), extern \"stdcall\" fn() -> !>");
  EXPECT_EQ(readable_name("_RINvC1a1fDINtC1b1tRL_hEp1nxEL_E"), "a::f::<dyn b::t<&u8, n = i64>>");
  EXPECT_EQ(readable_name("_RINvC1a1fDG_INtC1b1tRL0_hEp1nxNtC1c1sEL_E"),
            "a::f::<dyn for<'a> b::t<&'a u8, n = i64> + c::s>");
  EXPECT_EQ(readable_name("_RINvC1a1fKb1_Kc61_Kln2a_KpE"), "a::f::<true, 'a', -42, _>");
}

// What refers to itself, is nested without end, or grows without end.
TEST(ReadableName, OfHostileRustV0) {
  std::string deep = "_RINvC1a1f", wide = "_RINvC1a1f";
  deep += std::string(900, 'R') + "hE";
  wide += "TTTTTTTThhhhhhEB9_B9_B9_B9_B9_EB8_B8_B8_B8_EB7_B7_B7_B7_EB6_B6_B6_EEEEEE";
  for (const std::string& symbol : {deep, wide, std::string("_RNvB_1f"), std::string("_RNvB0_1f"),
                                    std::string("_RNvC99999999999999999999a1f"),
                                    std::string("_RNvCszzzzzzzzzzzzzzzzz_1a1f"), std::string("_R")})
    EXPECT_EQ(readable_name(symbol), symbol);
}

// As rustc-demangle has them, without the hash.
TEST(ReadableName, OfRust) {
  EXPECT_EQ(readable_name("_ZN4core3fmt5write17h0123456789abcdefE"), "core::fmt::write");
  EXPECT_EQ(readable_name("_ZN4core3fmt5write17h0123456789abcdefE.llvm.99"), "core::fmt::write");
  EXPECT_EQ(readable_name("_ZN4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE"),
            "main::{{closure}}");
  EXPECT_EQ(readable_name("_ZN44_$LT$app..T$u20$as$u20$core..fmt..Write$GT$5write"
                          "17h0123456789abcdefE"),
            "_ZN44_$LT$app..T$u20$as$u20$core..fmt..Write$GT$5write17h0123456789abcdefE")
      << "the length is wrong";
  EXPECT_EQ(readable_name("_ZN43_$LT$app..T$u20$as$u20$core..fmt..Write$GT$5write"
                          "17h0123456789abcdefE"),
            "<app::T as core::fmt::Write>::write");
  EXPECT_EQ(readable_name("_ZN9a$RF$$x$b17h0123456789abcdefE"), "a&$x$b");
  EXPECT_EQ(readable_name("_ZN4core17h0123456789abcdegE"), "core::h0123456789abcdeg")
      << "that is no hash: C++";
}

TEST(ReadableName, OfNonsenseIsTheSymbol) {
  for (const std::string symbol :
       {"", "_", "_Z", "_ZN", "_ZNE", "_ZN99", "_ZN99999999999999999999999aE", "_Z.", "_ZN1aE.",
        "_Z1fI", "_ZS_", "_RNvC1a2f", "_ZN17h0123456789abcdefE"}) {
    const std::string name = readable_name(symbol);
    EXPECT_EQ(name, symbol == "_ZN1aE."                   ? "a."
                    : symbol == "_ZN17h0123456789abcdefE" ? "h0123456789abcdef"
                                                          : symbol);
  }
  EXPECT_EQ(readable_name("_Z1f" + std::string(1021, 'i')), "_Z1f" + std::string(1021, 'i'));
  EXPECT_EQ(readable_name("_Z1f" + std::string(1020, 'i')), "f");
}

// f(A<B, B>), where B is A<C, C>, and so on, as g++ names it: each level doubles the name.
std::string doubled(size_t levels) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string symbol = "_Z1f1A";
  for (size_t i = 1; i < levels; i++) symbol += "IS_";
  symbol += "I1a";
  for (size_t i = 0; i < levels; i++) symbol += std::string("S") + digits[i] + "_E";
  return symbol;
}

TEST(ReadableName, ThatWouldFillAllMemoryIsNotMade) {
  EXPECT_EQ(readable_name(doubled(8)), "f");
  // 8 s and 428 MB of c++filt for these 188 bytes
  EXPECT_EQ(readable_name(doubled(26)), doubled(26));
  // an expansion within an expansion, of a pack of 90
  const std::string packs =
      "_Z1fIJ" + std::string(90, 'i') + "EEv1AIJDp1AIJT_Dp1AIJT_Dp1AIJT_EEEEEEEEE";
  EXPECT_EQ(readable_name(packs), packs);
}

const std::vector<Function>& sample() {
  static const std::vector<Function> all = {{"malloc", 1},
                                            {"memcpy", 2},
                                            {"memcpy", 3},
                                            {"calloc", 4},
                                            {"realloc", 5},
                                            {"malloc.cold", 6},
                                            {"_ZN2ns6Server6handleEi", 10},
                                            {"_ZN2ns6Server6handleEv", 11},
                                            {"_ZN2ns6Client6handleEv", 12},
                                            {"_ZN2ns6Server6handleEi.cold", 13},
                                            {"_ZN2ns6ServermlEi", 14},
                                            {"_ZN2ns6ServernwEm", 15},
                                            {"_ZN4core3fmt5write17h0123456789abcdefE", 16},
                                            {"_ZN12_GLOBAL__N_14workEv", 17},
                                            {"_ZNSs6appendEPKc", 18}};
  return all;
}

// The offsets of those found, or the error and its hint.
std::string found(const std::string& wanted) {
  const auto all = find_functions(sample(), wanted);
  if (!all) {
    EXPECT_EQ(all.error().exit_status, Exit::usage);
    return all.error().what + " | " + all.error().hint;
  }
  std::string line;
  for (const Function& each : *all) line += " " + std::to_string(each.offset);
  return line;
}

TEST(Find, BySymbolThenByReadableName) {
  EXPECT_EQ(found("malloc"), " 1");
  EXPECT_EQ(found("memcpy"), " 2 3");
  EXPECT_EQ(found("memcpy@@GLIBC_2.14"), " 2 3");
  EXPECT_EQ(found("malloc.cold"), " 6");
  EXPECT_EQ(found("_ZN2ns6Server6handleEv"), " 11");
  EXPECT_EQ(found("ns::Server::handle"), " 10 11");
  EXPECT_EQ(found("ns::Server::handle.cold"), " 13");
  EXPECT_EQ(found("core::fmt::write"), " 16");
  EXPECT_EQ(found("(anonymous namespace)::work"), " 17");
  EXPECT_EQ(found("std::string::append"), " 18");
}

TEST(Find, ByPattern) {
  EXPECT_EQ(found("*alloc"), " 1 4 5");
  EXPECT_EQ(found("mem?py"), " 2 3");
  EXPECT_EQ(found("malloc*"), " 1");
  EXPECT_EQ(found("malloc*.cold"), " 6");
  EXPECT_EQ(found("ns::*::handle"), " 10 11 12");
  EXPECT_EQ(found("*::handle"), " 10 11 12");
  EXPECT_EQ(found("_ZN2ns6Server6*"), " 10 11");
  EXPECT_EQ(found("ns::Server::operator*"), " 14") << "that is a name";
  EXPECT_EQ(found("ns::Server::oper*"), " 14 15");
  EXPECT_EQ(found("std::str*"), " 18");
  EXPECT_EQ(found("(anon*::work"), " 17");
  EXPECT_EQ(found("*"), " 1 2 3 4 5 10 11 12 14 15 16 17 18");
  EXPECT_EQ(found("??????"), " 1 2 3 4");
  EXPECT_EQ(found("*" + std::string(4000, '?')), "no function matches '*" + std::string(4000, '?') +
                                                     "' | nm -C and nm -DC list the functions of a "
                                                     "file");
}

TEST(Find, WhatIsNotThereSuggestsWhatIs) {
  EXPECT_EQ(found("mallocc"), "no function 'mallocc' | did you mean 'malloc' or 'calloc'?");
  EXPECT_EQ(found("xalloc"),
            "no function 'xalloc' | did you mean 'calloc', 'malloc' or 'realloc'?");
  EXPECT_EQ(found("handle"),
            "no function 'handle' | did you mean 'ns::Server::handle' or 'ns::Client::handle'?");
  EXPECT_EQ(found("ns::Server::handel"),
            "no function 'ns::Server::handel' | did you mean 'ns::Server::handle'?");
  EXPECT_EQ(found("Server::handle"),
            "no function 'Server::handle' | did you mean 'ns::Server::handle'?");
  EXPECT_EQ(found("memcpx*"), "no function matches 'memcpx*' | did you mean 'memcpy'?");
  EXPECT_EQ(found("nothing_like_it"),
            "no function 'nothing_like_it' | nm -C and nm -DC list the functions of a file");
  EXPECT_EQ(find_functions({}, "f").error().hint,
            "the file names none, as it is stripped: name an offset in it, PATH:0x1234");
}

}  // namespace
}  // namespace plumb::probe::names_test
