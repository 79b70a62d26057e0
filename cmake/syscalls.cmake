# Names of system calls, from the kernel's own headers on this machine: {number, "name"}, one per line, in
# build/generated/syscalls_64.inc and syscalls_32.inc (src/schema/syscalls.cpp adds what is newer).
include_directories(${CMAKE_BINARY_DIR}/generated)
foreach(bits 64 32)
  file(WRITE ${CMAKE_BINARY_DIR}/generated/syscalls.c "#include <asm/unistd_${bits}.h>\n")
  execute_process(
    COMMAND ${CMAKE_C_COMPILER} -E -dM ${CMAKE_BINARY_DIR}/generated/syscalls.c
    OUTPUT_VARIABLE macros COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "#define __NR_[a-z0-9_]+ [0-9]+" numbers "${macros}")
  list(TRANSFORM numbers REPLACE "#define __NR_([a-z0-9_]+) ([0-9]+)" "{\\2, \"\\1\"},")
  list(JOIN numbers "\n" text)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/syscalls_${bits}.inc CONTENT "${text}\n" @ONLY)
endforeach()
