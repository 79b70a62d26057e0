// The opcode maps of 64-bit code: Intel SDM volume 2, tables A-2 (one byte) and A-3 (0f).
// A row has 16 opcodes, a letter each.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace plumb::probe {

using Map = std::array<std::string_view, 16>;

inline char letter_of(const Map& map, uint8_t opcode) { return map[opcode >> 4][opcode & 15]; }

// What follows the opcode:
//   .  nothing           b  8 bits             w  16 bits            e  16 bits and 8
//   z  16 or 32 bits     v  16, 32 or 64 bits  o  an address         d  32 bits of a jump
//   M  ModRM             B  ModRM, 8 bits      Z  ModRM, 16 or 32
//   R  ModRM, of registers whatever it says
//   T  ModRM, and 8 bits for test              U  ModRM, and 16 or 32 for test
//   x  no instruction, or no opcode but a prefix
inline constexpr Map one_byte_forms = {
    "MMMMbzxxMMMMbzxx", "MMMMbzxxMMMMbzxx", "MMMMbzxxMMMMbzxx", "MMMMbzxxMMMMbzxx",  // 00 to 3f
    "xxxxxxxxxxxxxxxx", "................", "xxxMxxxxzZbB....", "bbbbbbbbbbbbbbbb",  // 40 to 7f
    "BZxBMMMMMMMMMMMM", "..........x.....", "oooo....bz......", "bbbbbbbbvvvvvvvv",  // 80 to bf
    "BBw.xxBZe.w..bx.", "MMMMxxx.MMMMMMMM", "bbbbbbbbddxb....", "x.xx..TU......MM",  // c0 to ff
};
inline constexpr Map two_byte_forms = {
    "MMMMx.....x.xM.B", "MMMMMMMMMMMMMMMM", "RRRRxxxxMMMMMMMM", "......x.xxxxxxxx",
    "MMMMMMMMMMMMMMMM", "MMMMMMMMMMMMMMMM", "MMMMMMMMMMMMMMMM", "BBBBMMM.MMxxMMMM",
    "dddddddddddddddd", "MMMMMMMMMMMMMMMM", "...MBMxx...MBMMM", "MMMMMMMMMMBMMMMM",
    "MMBMBBBM........", "MMMMMMMMMMMMMMMM", "MMMMMMMMMMMMMMMM", "MMMMMMMMMMMMMMMM",
};

// What it changes besides flags and vector registers:
//   -  nothing           e E  operand of 8 bits, of more    g G  register of 8 bits, of more
//   x X  both            o O  the register in the opcode, of 8 bits, of more
//   h  that and rax      a  rax      d  rdx      D  both    c  rcx
//   S  what string operations change                        m M  its memory operand, memory
//   f  x87               u  a push   P  a pop               q  see the group  !  not known
inline constexpr Map one_byte_effects = {
    "eEgGaa!!eEgGaa!!", "eEgGaa!!eEgGaa!!", "eEgGaa!!eEgGaa!!", "eEgGaa!!------!!",
    "!!!!!!!!!!!!!!!!", "uuuuuuuuPPPPPPPP", "!!!G!!!!uGuG!!!!", "----------------",
    "qq!q--xXeEgGEG!q", "hhhhhhhhad!-u!-a", "aaMMSSSS--SSSSSS", "ooooooooOOOOOOOO",
    "eE!!!!eE!!!!!!!!", "eEeE!!!affffffff", "ccc-!!!!!-!-!!!!", "!!!!!-qq--!!--qq",
};
inline constexpr Map two_byte_effects = {
    "!!!!!!!!!!!!!---", "-m-m---m--mm--q-", "!!!!!!!!-m-mGG--", "!D!!!!!!!!!!!!!!",
    "GGGGGGGGGGGGGGGG", "G---------------", "----------------", "--------!!!!--qm",
    "----------------", "eeeeeeeeeeeeeeee", "u!!-EE!!u!!EEEqG", "!!!E!!GGG-qEGGGG",
    "xX-m-G-!OOOOOOOO", "------mG--------", "-------m--------", "-------M--------",
};

// arch/x86/kernel/uprobes.c, good_insns_64, since Linux 4.1: whether a uprobe may be there.
inline constexpr Map good_for_uprobes = {
    "yyyyyy..yyyyyy.y", "yyyyyy..yyyyyy..", "yyyyyyy.yyyyyyy.", "yyyyyyy.yyyyyyy.",
    "yyyyyyyyyyyyyyyy", "yyyyyyyyyyyyyyyy", "...yyyyyyyyy....", "yyyyyyyyyyyyyyyy",
    "yy.yyyyyyyyyyyyy", "yyyyyyyyyy.yyyyy", "yyyyyyyyyyyyyyyy", "yyyyyyyyyyyyyyyy",
    "yyyyyyyyyyyy....", "yyyy...yyyyyyyyy", "yyyy....yy.y....", "y.yy.yyyyy..yyyy",
};

}  // namespace plumb::probe
