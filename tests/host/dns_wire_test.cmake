# bpf/dns.bpf.h, compiled as C, against a reader of its own.
set(dns_wire ${CMAKE_CURRENT_LIST_DIR}/dns_wire.c)
add_executable(host_dns_wire ${dns_wire} ${CMAKE_CURRENT_LIST_DIR}/dns_wire_test.cpp)
target_include_directories(host_dns_wire PRIVATE ${CMAKE_CURRENT_LIST_DIR}/include
  ${CMAKE_SOURCE_DIR}/bpf)
target_link_libraries(host_dns_wire PRIVATE GTest::gtest_main)
target_compile_definitions(host_dns_wire PRIVATE PLUMB_HOST)
target_compile_options(host_dns_wire PRIVATE -fsanitize=address,undefined
  -fno-sanitize-recover=undefined)
target_link_options(host_dns_wire PRIVATE -fsanitize=address,undefined)
# BPF reads at any address
set_source_files_properties(${dns_wire} PROPERTIES
  COMPILE_OPTIONS "-fno-sanitize=alignment;-Wno-attributes")
add_test(NAME host.dns_wire COMMAND host_dns_wire)
set_tests_properties(host.dns_wire PROPERTIES LABELS fast)
