# The live suite inside distribution kernels under software emulation: without what depends on no kernel (`once` in
# tests/live), and with smaller storms. The oldest and the newest kernel run all of it, those between them the first
# test of each file: all of it takes a processor a quarter of an hour. A guest has one processor, and so one of ctest's
# `-j`; the longest begin first (COST).
function(live_test name)
  cmake_parse_arguments(GUEST "" "KERNEL;FIRST;COST" "OPTIONS;TESTS" ${ARGN})
  list(TRANSFORM GUEST_TESTS REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/tests/live/\\1.test" OUTPUT_VARIABLE files)
  add_test(NAME vm.${name}
    COMMAND env PLUMB_TEST_SECONDS=300 PLUMB_TEST_VM=1 PLUMB_TEST_FIRST=${GUEST_FIRST}
      ${CMAKE_SOURCE_DIR}/tests/vm/matrix -k ${GUEST_KERNEL} -t 3000 ${GUEST_OPTIONS} --
      ${CMAKE_SOURCE_DIR}/tests/live/run --plumb $<TARGET_FILE:plumb>
      --workloads ${CMAKE_BINARY_DIR}/workloads ${files})
  set_tests_properties(vm.${name} PROPERTIES LABELS vm SKIP_RETURN_CODE 77 TIMEOUT 3600 COST ${GUEST_COST})
endfunction()
live_test(live_newest KERNEL newest COST 900)
live_test(live_5.10 KERNEL 5.10 COST 800)
live_test(live_6.1 KERNEL 6.1 FIRST 1 COST 300)
live_test(live_6.12 KERNEL 6.12 FIRST 1 COST 300)
# The verifier that loses most of what it knew of numbers, with the programs whose places it does not know.
live_test(live_places KERNEL 6.1 COST 250 TESTS probe probe_operands probe_static probe_traces)
# What keeps something for each thread, with a processor on which the newest kernel can (tests/vm/boot -c).
live_test(live_threads KERNEL newest COST 200 OPTIONS -c -n 3
  TESTS futex lock lock_names offcpu offcpu_stacks probe_pairs runq syscall view)

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
foreach(surface fentry kprobe)
  add_test(NAME vm.${surface}
    COMMAND ${CMAKE_SOURCE_DIR}/tests/vm/matrix -j 1 -k newest -k 5.10 --
      ${CMAKE_SOURCE_DIR}/tests/vm/surface $<TARGET_FILE:plumb> ${surface})
  set_tests_properties(vm.${surface} PROPERTIES LABELS vm SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()
