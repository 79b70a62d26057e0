# bpf/where.bpf.h, compiled as C, against the evaluator of user space.
add_executable(host_agree_where
  ${CMAKE_CURRENT_LIST_DIR}/agree_where.c ${CMAKE_CURRENT_LIST_DIR}/agree_test.cpp)
target_include_directories(host_agree_where PRIVATE
  ${CMAKE_SOURCE_DIR}/bpf ${CMAKE_SOURCE_DIR}/tests/unit)
target_link_libraries(host_agree_where PRIVATE plumb_query_checked GTest::gtest_main)
target_compile_definitions(host_agree_where PRIVATE PLUMB_HOST)
# BPF on x86-64 and arm64 reads at any address, so where.bpf.h does too.
target_compile_options(host_agree_where PRIVATE
  -fno-sanitize=alignment $<$<COMPILE_LANGUAGE:C>:-Wno-attributes>)
add_test(NAME host.agree_where COMMAND host_agree_where)
set_tests_properties(host.agree_where PROPERTIES LABELS fast)
