# The live suite inside distribution kernels under software emulation, two at a time on two processors: without what
# depends on no kernel (`once` in tests/live), and with smaller storms. The oldest and the newest kernel run all of it,
# those between them the first test of each file.
function(live_test name first)
  list(TRANSFORM ARGN PREPEND "-k;" OUTPUT_VARIABLE kernels)
  add_test(NAME vm.${name}
    COMMAND env PLUMB_TEST_SECONDS=300 PLUMB_TEST_VM=1 PLUMB_TEST_FIRST=${first}
      ${CMAKE_SOURCE_DIR}/tests/vm/matrix ${kernels} -t 1700 --
      ${CMAKE_SOURCE_DIR}/tests/live/run --plumb $<TARGET_FILE:plumb>
      --workloads ${CMAKE_BINARY_DIR}/workloads)
  set_tests_properties(vm.${name} PROPERTIES LABELS vm SKIP_RETURN_CODE 77 TIMEOUT 3600 RUN_SERIAL ON)
endfunction()
live_test(live 0 5.10 newest)
live_test(live_between 1 6.1 6.12)

# Machines that forbid tracing: it fails with a reason and a hint.
function(refused_test name pattern)
  add_test(NAME vm.${name}
    COMMAND ${CMAKE_SOURCE_DIR}/tests/vm/matrix -k 6.12 ${ARGN} --
      ${CMAKE_SOURCE_DIR}/tests/vm/refused $<TARGET_FILE:plumb> ${pattern})
  set_tests_properties(vm.${name} PROPERTIES LABELS vm SKIP_RETURN_CODE 77 TIMEOUT 300)
endfunction()
refused_test(no_btf "no BTF" -B)
refused_test(lockdown "lockdown=confidentiality" -a lockdown=confidentiality)

# The programs of exec that this machine may not have: each surface, on an old and a new kernel.
foreach(kernel 5.10 newest)
  foreach(surface fentry kprobe)
    add_test(NAME vm.${surface}_${kernel}
      COMMAND ${CMAKE_SOURCE_DIR}/tests/vm/matrix -k ${kernel} --
        ${CMAKE_SOURCE_DIR}/tests/vm/surface $<TARGET_FILE:plumb> ${surface})
    set_tests_properties(vm.${surface}_${kernel} PROPERTIES
      LABELS vm SKIP_RETURN_CODE 77 TIMEOUT 300)
  endforeach()
endforeach()
