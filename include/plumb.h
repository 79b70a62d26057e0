// SPDX-License-Identifier: Apache-2.0
//
// plumb.h: static probes (USDT) for programs in C and C++. docs/own-probes.md begins from nothing.
//
//   #include <plumb.h>
//
//   PLUMB_PROBE(fileserver, transfer, address, path, size);
//
//   if (PLUMB_PROBE_WANTED(fileserver, transfer))
//     PLUMB_PROBE(fileserver, transfer, text_of(peer), path, size);
//
// A probe has a provider, a name, and up to 12 arguments: integers, bool, enums, and pointers, of
// which `const char*` can be shown as text. It may stand in any function, at any number of places,
// inlined, in templates, headers and libraries; all places of one name are one probe.
//
// PLUMB_PROBE is one no-op, and a note in the file that says where it is and which register or
// constant each argument is. The arguments are evaluated whether anybody listens or not: what the
// program has at hand anyway costs nothing, or the load of a register. PLUMB_PROBE_WANTED is true
// while a tracer listens: a comparison with memory and a jump. Put what has to be computed for the
// probe alone behind it. Both are evaluated anew each time.
//
// Compiles as C99 and C++11 and later, with gcc 9 or clang 11 and later, for Linux on x86-64 and
// aarch64. Anywhere else, and where PLUMB_NO_PROBES is defined, there are no probes, nothing is
// evaluated, and nothing is wanted. -masm=intel spells registers as no tracer reads them.
//
// Why a no-op of one byte: every kernel knows it, and continues behind it without a step through a
// copy of the instruction. Linux 6.18 takes two thirds of the time with one of five bytes, as it
// puts a call in its place; but a call writes its return address below the stack pointer, where a
// function that calls nothing keeps variables (the red zone): of 300,000 passes on 6.18.44, 299,999
// had such a variable overwritten. 7.3 does that no more; it knows one of ten bytes, which 6.18
// refuses to probe. One byte is right on all of them.
//
// Why registers and constants only: a tracer reads them without looking at the program's memory,
// and a variable that is addressed by its symbol could not be found from the note.
#ifndef PLUMB_H
#define PLUMB_H

// A probe without arguments leaves nothing for `...`, which -Wpedantic holds against its user
// before C23 and C++20, except in a header of the system.
#pragma GCC system_header

#if !defined(PLUMB_NO_PROBES) && defined(__linux__) && defined(__ELF__) && defined(__LP64__) && \
    (defined(__x86_64__) || defined(__aarch64__))

#define PLUMB_PROBE(provider, name, ...)                                                           \
  PLUMB_PROBE_N(PLUMB_COUNT(0, ##__VA_ARGS__), #provider, #name, #provider "." #name ".semaphore", \
                ##__VA_ARGS__)

#define PLUMB_PROBE_WANTED(provider, name) PLUMB_IS_UP(#provider "." #name ".semaphore")

#ifdef __cplusplus
#include <type_traits>
#endif

// ---- arguments: number i of a probe is [v<i>] in its assembly, its size and sign [s<i>]

#define PLUMB_COUNT(...) \
  PLUMB_14TH(__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, too_many_arguments)
#define PLUMB_14TH(a, b, c, d, e, f, g, h, i, j, k, l, m, n, ...) n

// The last argument has number 1.
#define PLUMB_EACH_0(what, between)
#define PLUMB_EACH_1(what, between, x) what(1, x)
#define PLUMB_EACH_2(what, between, x, ...) \
  what(2, x) between() PLUMB_EACH_1(what, between, __VA_ARGS__)
#define PLUMB_EACH_3(what, between, x, ...) \
  what(3, x) between() PLUMB_EACH_2(what, between, __VA_ARGS__)
#define PLUMB_EACH_4(what, between, x, ...) \
  what(4, x) between() PLUMB_EACH_3(what, between, __VA_ARGS__)
#define PLUMB_EACH_5(what, between, x, ...) \
  what(5, x) between() PLUMB_EACH_4(what, between, __VA_ARGS__)
#define PLUMB_EACH_6(what, between, x, ...) \
  what(6, x) between() PLUMB_EACH_5(what, between, __VA_ARGS__)
#define PLUMB_EACH_7(what, between, x, ...) \
  what(7, x) between() PLUMB_EACH_6(what, between, __VA_ARGS__)
#define PLUMB_EACH_8(what, between, x, ...) \
  what(8, x) between() PLUMB_EACH_7(what, between, __VA_ARGS__)
#define PLUMB_EACH_9(what, between, x, ...) \
  what(9, x) between() PLUMB_EACH_8(what, between, __VA_ARGS__)
#define PLUMB_EACH_10(what, between, x, ...) \
  what(10, x) between() PLUMB_EACH_9(what, between, __VA_ARGS__)
#define PLUMB_EACH_11(what, between, x, ...) \
  what(11, x) between() PLUMB_EACH_10(what, between, __VA_ARGS__)
#define PLUMB_EACH_12(what, between, x, ...) \
  what(12, x) between() PLUMB_EACH_11(what, between, __VA_ARGS__)

#define PLUMB_TEXT(i, x) "%c[s" #i "]@%[v" #i "]"
#define PLUMB_OPERAND(i, x) [s##i] "n"(PLUMB_SIZE(x)), [v##i] "nr"(PLUMB_VALUE(x))
#define PLUMB_ONE_IF_POINTER(i, x) +PLUMB_IS_POINTER(x)
#define PLUMB_COMMA() ,
#define PLUMB_BLANK() " "
#define PLUMB_NOTHING()

#ifdef __cplusplus

namespace plumb_probe {

template <class T, bool is_enum = std::is_enum<T>::value>
struct Number {
  using type = T;
};
template <class T>
struct Number<T, true> {
  using type = typename std::underlying_type<T>::type;
};
template <>
struct Number<decltype(nullptr), false> {
  using type = const void*;
};

template <class T>
struct Argument {
  using type = typename Number<typename std::decay<T>::type>::type;
  static constexpr bool is_pointer = std::is_pointer<type>::value;
  static_assert(is_pointer || (std::is_integral<type>::value && sizeof(type) <= 8),
                "PLUMB_PROBE takes integers up to 64 bits, bool, enums and pointers; of anything "
                "else, as floating point, pass a pointer or a number made of it");
  static constexpr int size = std::is_signed<type>::value ? -int(sizeof(type)) : sizeof(type);
};

}  // namespace plumb_probe

#define PLUMB_ARGUMENT(x) ::plumb_probe::Argument<decltype(x)>
#define PLUMB_SIZE(x) (+PLUMB_ARGUMENT(x)::size)
#define PLUMB_IS_POINTER(x) int(PLUMB_ARGUMENT(x)::is_pointer)
#define PLUMB_NARROW_VALUE(x) static_cast<typename PLUMB_ARGUMENT(x)::type>(x)

#else

// Of `x` as a value: arrays are pointers, and nothing is widened.
#define PLUMB_NARROW_VALUE(x) ((void)0, (x))

#ifdef __CHAR_UNSIGNED__
#define PLUMB_SIGN_OF_CHAR 1
#else
#define PLUMB_SIGN_OF_CHAR -1
#endif

// What the compiler says of a floating-point argument, by multiplying this with a number.
struct PLUMB_PROBE_takes_integers_and_pointers_only;
#define PLUMB_REFUSED ((struct PLUMB_PROBE_takes_integers_and_pointers_only*)0)

#define PLUMB_BY_TYPE(x, is_signed, is_unsigned, is_char, otherwise) \
  __extension__ _Generic(PLUMB_NARROW_VALUE(x), char                 \
                         : is_char, signed char                      \
                         : is_signed, short                          \
                         : is_signed, int                            \
                         : is_signed, long                           \
                         : is_signed, long long                      \
                         : is_signed, _Bool                          \
                         : is_unsigned, unsigned char                \
                         : is_unsigned, unsigned short               \
                         : is_unsigned, unsigned int                 \
                         : is_unsigned, unsigned long                \
                         : is_unsigned, unsigned long long           \
                         : is_unsigned, float                        \
                         : PLUMB_REFUSED, double                     \
                         : PLUMB_REFUSED, long double                \
                         : PLUMB_REFUSED, default                    \
                         : otherwise)
// -1 for an array is what the compiler says of a structure that fits no register.
#define PLUMB_BYTES(x) sizeof(__typeof__(PLUMB_NARROW_VALUE(x)))
#define PLUMB_SIZE(x)                               \
  (PLUMB_BY_TYPE(x, -1, 1, PLUMB_SIGN_OF_CHAR, 1) * \
   (int)(PLUMB_BYTES(x) * sizeof(char[PLUMB_BYTES(x) > 8 ? -1 : 1])))
#define PLUMB_IS_POINTER(x) (PLUMB_BY_TYPE(x, 0, 0, 0, 1) * 1)

#endif

#if defined(__aarch64__) && defined(__clang__)
// It names a register by its whole width, and warns of values that are narrower.
#define PLUMB_VALUE(x) ((unsigned long)PLUMB_NARROW_VALUE(x))
#else
#define PLUMB_VALUE(x) PLUMB_NARROW_VALUE(x)
#endif

// ---- the probe

// `inline`: the compiler would take the note's lines for instructions, and inline less.
#define PLUMB_ASM __asm__ __inline__ __volatile__

// Each object file that has the probe defines its semaphore, and the linker keeps one. The name has
// dots, as no name in C has: a.b.c and a.b_c cannot be confused.
#define PLUMB_SEMAPHORE(symbol)                                \
  ".ifndef " symbol "\n"                                       \
  ".pushsection .probes,\"awG\",@progbits," symbol ",comdat\n" \
  ".balign 2\n"                                                \
  ".weak " symbol "\n"                                         \
  ".hidden " symbol "\n"                                       \
  ".type " symbol ",@object\n"                                 \
  ".size " symbol ",2\n" symbol ":\n"                          \
  ".zero 2\n"                                                  \
  ".popsection\n"                                              \
  ".endif\n"

// By its address a reader knows whether the file was moved after it was linked (prelink).
#define PLUMB_BASE                                                     \
  ".ifndef _.stapsdt.base\n"                                           \
  ".pushsection .stapsdt.base,\"aG\",@progbits,.stapsdt.base,comdat\n" \
  ".weak _.stapsdt.base\n"                                             \
  ".hidden _.stapsdt.base\n"                                           \
  "_.stapsdt.base:\n"                                                  \
  ".zero 1\n"                                                          \
  ".size _.stapsdt.base,1\n"                                           \
  ".popsection\n"                                                      \
  ".endif\n"

// Lengths of owner and content, type, owner; then place, base, semaphore and three texts. "?": in
// the group of the function that it speaks of, with which the linker drops it.
#define PLUMB_NOTE(provider, name, semaphore, arguments)  \
  ".pushsection .note.stapsdt,\"?\",\"note\"\n"           \
  ".balign 4\n"                                           \
  ".4byte 8, 97532f - 97531f, 3\n"                        \
  ".asciz \"stapsdt\"\n"                                  \
  "97531: .8byte 97530b, _.stapsdt.base, " semaphore "\n" \
  ".asciz \"" provider "\"\n"                             \
  ".asciz \"" name "\"\n"                                 \
  ".asciz \"" arguments "\"\n"                            \
  "97532: .balign 4\n"                                    \
  ".popsection\n"

// What a pointer leads to has to be in memory when the probe is reached, and to stay until then;
// with numbers alone, memory need not be touched.
#define PLUMB_BARRIER(each, ...)                                  \
  if (0 each(PLUMB_ONE_IF_POINTER, PLUMB_NOTHING, ##__VA_ARGS__)) \
  __asm__ __volatile__("" ::: "memory")

#define PLUMB_PROBE_N(count, ...) PLUMB_PROBE_OF(count, __VA_ARGS__)
#define PLUMB_PROBE_OF(count, ...) PLUMB_PROBE_WITH(PLUMB_EACH_##count, __VA_ARGS__)
#define PLUMB_PROBE_WITH(each, provider, name, semaphore, ...)                             \
  do {                                                                                     \
    PLUMB_BARRIER(each, ##__VA_ARGS__);                                                    \
    PLUMB_ASM("97530: nop\n" PLUMB_SEMAPHORE(semaphore) PLUMB_BASE PLUMB_NOTE(             \
                  provider, name, semaphore, each(PLUMB_TEXT, PLUMB_BLANK, ##__VA_ARGS__)) \
              : /* nothing */                                                              \
              : each(PLUMB_OPERAND, PLUMB_COMMA, ##__VA_ARGS__));                          \
    PLUMB_BARRIER(each, ##__VA_ARGS__);                                                    \
  } while (0)

// In assembly, as C++ would put a variable that is declared here into a namespace.
#ifdef __x86_64__
#define PLUMB_IS_UP(symbol)                                                                   \
  __extension__({                                                                             \
    int plumb_is_up_;                                                                         \
    PLUMB_ASM(PLUMB_SEMAPHORE(symbol) "cmpw $0, " symbol "(%%rip)" : "=@ccne"(plumb_is_up_)); \
    __builtin_expect(plumb_is_up_, 0);                                                        \
  })
#else
#define PLUMB_IS_UP(symbol)                                                                   \
  __extension__({                                                                             \
    unsigned long plumb_is_up_;                                                               \
    PLUMB_ASM(PLUMB_SEMAPHORE(symbol) "adrp %0, " symbol "\nldrh %w0, [%0, :lo12:" symbol "]" \
              : "=r"(plumb_is_up_));                                                          \
    __builtin_expect(plumb_is_up_ != 0, 0);                                                   \
  })
#endif

#else

// Never called: what a probe names counts as used, and is not evaluated.
static inline void plumb_probe_ignores(int first, ...) { (void)first; }
#define PLUMB_PROBE(provider, name, ...)          \
  do {                                            \
    if (0) plumb_probe_ignores(0, ##__VA_ARGS__); \
  } while (0)
#define PLUMB_PROBE_WANTED(provider, name) 0

#endif
#endif
