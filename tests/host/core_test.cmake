# bpf/stack.bpf.h, compiled as C, over a core.
add_custom_command(OUTPUT ${host_dir}/core_unwind.so
  COMMAND ${CLANG} ${host_flags} -MD -MF ${host_dir}/core_unwind.so.d -MT ${host_dir}/core_unwind.so
          ${CMAKE_CURRENT_LIST_DIR}/core_unwind.c -o ${host_dir}/core_unwind.so
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/core_unwind.c DEPFILE ${host_dir}/core_unwind.so.d VERBATIM)
add_custom_target(hosted_unwinder DEPENDS ${host_dir}/core_unwind.so)
add_executable(host_core ${CMAKE_CURRENT_LIST_DIR}/core_test.cpp ${CMAKE_CURRENT_LIST_DIR}/core.cpp)
target_compile_definitions(host_core PRIVATE PLUMB_HOST_DIR="${host_dir}"
  PLUMB_HOST_SOURCES="${CMAKE_CURRENT_LIST_DIR}")
target_link_libraries(host_core PRIVATE plumb_unwind_checked GTest::gtest_main dl)
target_compile_options(host_core PRIVATE ${tests_warnings} -Og)
set_target_properties(host_core PROPERTIES ENABLE_EXPORTS ON UNITY_BUILD OFF)
add_dependencies(host_core hosted_unwinder)
add_test(NAME host.core COMMAND host_core)
set_tests_properties(host.core PROPERTIES LABELS fast)
