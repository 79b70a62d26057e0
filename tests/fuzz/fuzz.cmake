# libFuzzer, a few seconds each: enough to find what a change breaks at once. Longer by hand:
# build/tests/fuzz_NAME -max_total_time=600
find_program(FUZZ_CXX NAMES clang++ clang++-14)
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_fuzz.cpp)
set(fuzz_flags -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
    -w -I${CMAKE_SOURCE_DIR}/src -I${CMAKE_SOURCE_DIR}/tests/unit -I${CMAKE_BINARY_DIR}/generated)
file(GLOB fuzzed CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/base/*.cpp
  ${CMAKE_SOURCE_DIR}/src/schema/*.cpp ${CMAKE_SOURCE_DIR}/src/query/*.cpp
  ${CMAKE_SOURCE_DIR}/src/disclose/*.cpp ${CMAKE_SOURCE_DIR}/src/record/*.cpp
  ${CMAKE_SOURCE_DIR}/src/probe/*.cpp)
# libFuzzer is clang's: its objects are made by clang whatever compiles the rest.
set(fuzz_objects)
foreach(source ${fuzzed})
  file(RELATIVE_PATH object ${CMAKE_SOURCE_DIR}/src ${source})
  string(REPLACE "/" "_" object ${object})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/fuzz/${object}.o)
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${FUZZ_CXX} ${fuzz_flags} -MD -MF ${object}.d -c ${source} -o ${object}
    DEPENDS ${source} DEPFILE ${object}.d VERBATIM)
  list(APPEND fuzz_objects ${object})
endforeach()
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/fuzz)
foreach(source ${fuzz_sources})
  get_filename_component(name ${source} NAME_WE)
  set(program ${CMAKE_CURRENT_BINARY_DIR}/${name})
  add_custom_command(OUTPUT ${program}
    COMMAND ${FUZZ_CXX} ${fuzz_flags} ${source} ${fuzz_objects} -lre2 -ldw -lelf -lz -lzstd -lfmt -o ${program}
    DEPENDS ${source} ${fuzz_objects} VERBATIM)
  add_custom_target(build_${name} ALL DEPENDS ${program})
  add_test(NAME fuzz.${name} COMMAND ${program} -max_total_time=5 -print_final_stats=0 -verbosity=0
    -rss_limit_mb=2048)
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fast)
endforeach()
