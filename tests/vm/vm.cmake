# The live suite, unchanged, inside distribution kernels under software emulation.
add_test(NAME vm.live
  COMMAND ${CMAKE_SOURCE_DIR}/tests/vm/matrix -s 2 -t 900 --
    ${CMAKE_SOURCE_DIR}/tests/live/run --plumb $<TARGET_FILE:plumb>
    --workloads ${CMAKE_BINARY_DIR}/workloads)
set_tests_properties(vm.live PROPERTIES LABELS vm SKIP_RETURN_CODE 77 TIMEOUT 2400 RUN_SERIAL ON)
