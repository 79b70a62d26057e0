# bpf/where.bpf.h, compiled as C, against the evaluator of user space.
set(kernel_side ${CMAKE_CURRENT_LIST_DIR}/agree_where.c)
add_executable(host_agree_where ${kernel_side} ${CMAKE_CURRENT_LIST_DIR}/agree_test.cpp)
target_include_directories(host_agree_where PRIVATE
  ${CMAKE_SOURCE_DIR}/bpf ${CMAKE_SOURCE_DIR}/tests/unit)
target_link_libraries(host_agree_where PRIVATE plumb_query_checked GTest::gtest_main)
target_compile_definitions(host_agree_where PRIVATE PLUMB_HOST)
# BPF on x86-64 and arm64 reads at any address, so where.bpf.h does too. An option of the source
# comes after those that the checked library brings along.
set_source_files_properties(${kernel_side} PROPERTIES
  COMPILE_OPTIONS "-fno-sanitize=alignment;-Wno-attributes")
add_test(NAME host.agree_where COMMAND host_agree_where)
set_tests_properties(host.agree_where PROPERTIES LABELS fast)
