# tests/live/*.test: plumb against this machine's kernel. The format stands at the head of run.
# helpers/*.c are built beside the benchmarks' workloads, where the tests find both.
file(GLOB live_helpers CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/helpers/*.c)
find_package(Threads REQUIRED)
foreach(source ${live_helpers})
  get_filename_component(name ${source} NAME_WE)
  add_executable(live_${name} ${source})
  target_compile_options(live_${name} PRIVATE -O2 -Wall -Wextra -Werror)
  target_include_directories(live_${name} PRIVATE ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(live_${name} PRIVATE Threads::Threads)
  set_target_properties(live_${name} PROPERTIES OUTPUT_NAME ${name}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/workloads)
endforeach()

# Go's are built where its compiler is, by itself and offline.
find_program(GO go HINTS /usr/lib/go/bin /usr/local/go/bin)
file(GLOB live_gophers CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/helpers/*.go)
foreach(source ${live_gophers})
  get_filename_component(name ${source} NAME_WE)
  set(gopher ${CMAKE_BINARY_DIR}/workloads/${name})
  if(GO)
    add_custom_command(OUTPUT ${gopher}
      COMMAND ${CMAKE_COMMAND} -E env GO111MODULE=off CGO_ENABLED=0 GOTOOLCHAIN=local
        GOCACHE=${CMAKE_BINARY_DIR}/go-cache ${GO} build -o ${gopher} ${source}
      DEPENDS ${source} VERBATIM)
    add_custom_target(live_${name} ALL DEPENDS ${gopher})
  endif()
endforeach()

# One at a time, as what one traces the next would see; beside the longest guest (../vm/vm.cmake), which leaves a
# processor to them.
file(GLOB live_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.test)
foreach(test ${live_tests})
  get_filename_component(name ${test} NAME_WE)
  add_test(NAME live.${name} COMMAND ${CMAKE_CURRENT_LIST_DIR}/run
    --plumb $<TARGET_FILE:plumb> --workloads ${CMAKE_BINARY_DIR}/workloads ${test})
  set_tests_properties(live.${name} PROPERTIES
    LABELS live SKIP_RETURN_CODE 77 RESOURCE_LOCK kernel COST 850 TIMEOUT 900)
endforeach()
