# bpf/ and every tracer compiled as ordinary C by the host's clang, under ASan and UBSan.
#
# Each tracer and each of plumb's own becomes a library (tests/host/machine loads it as the kernel loads an
# object); each NAME_test.cpp is a program, built by NAME_test.cmake where there is one.
set(host_dir ${CMAKE_CURRENT_BINARY_DIR}/host)
file(MAKE_DIRECTORY ${host_dir})
# Not checked: BPF reads at any address, and a pointer that could not be read is NULL, from which the
# next read fails in turn.
set(host_flags -std=gnu11 -O0 -g -shared -fPIC -DPLUMB_HOST -D__TARGET_ARCH_x86 -Wall -Wextra -Werror
  -Wno-unused-parameter -Wno-unused-function -fsanitize=address,undefined
  -fno-sanitize=alignment,null,pointer-overflow -fno-sanitize-recover=undefined
  -Wl,-Bsymbolic -Wl,-z,separate-code -I${CMAKE_CURRENT_LIST_DIR}/include -I${CMAKE_SOURCE_DIR}/bpf
  -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
set(host_objects)
foreach(source ${tracer_sources} ${own_sources})
  get_filename_component(name ${source} NAME)
  string(REPLACE ".bpf.c" ".so" name ${name})
  add_custom_command(OUTPUT ${host_dir}/${name}
    COMMAND ${CLANG} ${host_flags} -MD -MF ${host_dir}/${name}.d -MT ${host_dir}/${name} ${source}
            -o ${host_dir}/${name}
    DEPENDS ${source} DEPFILE ${host_dir}/${name}.d VERBATIM)
  list(APPEND host_objects ${host_dir}/${name})
endforeach()
add_custom_target(hosted_programs ALL DEPENDS ${host_objects})

file(GLOB host_machine CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/machine/*.c*)
add_library(hosted_machine OBJECT ${host_machine})
target_include_directories(hosted_machine PUBLIC ${CMAKE_CURRENT_LIST_DIR}
  ${CMAKE_CURRENT_LIST_DIR}/include ${CMAKE_SOURCE_DIR}/bpf)
target_compile_definitions(hosted_machine PUBLIC PLUMB_HOST PLUMB_HOST_DIR="${host_dir}")
target_compile_options(hosted_machine PRIVATE ${tests_warnings} -Og)
# Some of it includes bpf/, some the kernel's own headers.
set_target_properties(hosted_machine PROPERTIES UNITY_BUILD OFF)
# libbpf declares all helpers as variables
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/machine/helpers_agree.c PROPERTIES
  COMPILE_OPTIONS -Wno-unused-variable)
target_link_libraries(hosted_machine PUBLIC plumb_kernel_checked plumb_tracers
  GTest::gtest_main dl)

file(GLOB host_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_test.cpp)
foreach(source ${host_tests})
  get_filename_component(test ${source} NAME_WE)
  string(REPLACE "_test" "" name ${test})
  if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/${test}.cmake)
    include(${CMAKE_CURRENT_LIST_DIR}/${test}.cmake)
    continue()
  endif()
  add_executable(host_${name} ${source})
  target_link_libraries(host_${name} PRIVATE hosted_machine)
  target_compile_options(host_${name} PRIVATE ${tests_warnings} -Og)
  # the libraries call the stand-ins of the program that loads them
  set_target_properties(host_${name} PROPERTIES ENABLE_EXPORTS ON)
  add_dependencies(host_${name} hosted_programs)
  add_test(NAME host.${name} COMMAND host_${name})
  set_tests_properties(host.${name} PROPERTIES LABELS fast)
endforeach()

# That a tracer can be stepped through, as docs/writing-a-tracer.md says.
find_program(GDB gdb)
if(GDB)
  add_test(NAME host.gdb COMMAND ${GDB} -nx -batch -ex "set breakpoint pending on"
    -ex "break started" -ex run -ex next -ex backtrace --args $<TARGET_FILE:host_exec>
    --gtest_filter=Exec.ASuccessSays*)
  set_tests_properties(host.gdb PROPERTIES LABELS fast ENVIRONMENT ASAN_OPTIONS=detect_leaks=0
    PASS_REGULAR_EXPRESSION "on_exec .ctx=.*tracers/exec.bpf.c" SKIP_REGULAR_EXPRESSION "ptrace")
endif()
