# Every tracer's recording through every renderer.
add_test(NAME golden.replay
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/check --plumb $<TARGET_FILE:plumb>)
set_tests_properties(golden.replay PROPERTIES LABELS fast)
