# libFuzzer, a few seconds each: enough to find what a change breaks at once. Longer by hand:
# build/tests/fuzz_NAME -max_total_time=600
find_program(FUZZ_CXX NAMES clang++ clang++-14)
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_fuzz.cpp)
set(fuzz_flags -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
    -w -I${CMAKE_SOURCE_DIR}/src -I${CMAKE_SOURCE_DIR}/tests/unit -I${CMAKE_BINARY_DIR}/generated)
set(fuzzed)
foreach(layer base schema query disclose record probe unwind python render)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${layer}/*.cpp)
  if(CMAKE_UNITY_BUILD)
    list(TRANSFORM sources REPLACE "(.+)" "#include \"\\1\"\n" OUTPUT_VARIABLE includes)
    list(JOIN includes "" includes)
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/fuzz/${layer}.cpp)
    file(CONFIGURE OUTPUT ${sources} CONTENT "${includes}")
  endif()
  list(APPEND fuzzed ${sources})
endforeach()
# libFuzzer is clang's: its objects are made by clang whatever compiles the rest.
set(fuzz_objects)
foreach(source ${fuzzed})
  string(REGEX REPLACE ".*/([^/]+)/([^/]+)$" "\\1_\\2" object ${source})
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
    COMMAND ${FUZZ_CXX} ${fuzz_flags} ${source} ${fuzz_objects} $<TARGET_FILE:plumb_page> -lre2 -ldw -lelf -lz -lzstd -llzma -lfmt -o ${program}
    DEPENDS ${source} ${fuzz_objects} plumb_page VERBATIM)
  add_custom_target(build_${name} ALL DEPENDS ${program})
  add_test(NAME fuzz.${name} COMMAND ${program} -max_total_time=5 -print_final_stats=0 -verbosity=0
    -rss_limit_mb=2048)
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fast)
endforeach()
