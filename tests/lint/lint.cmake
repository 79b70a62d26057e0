# House rules, the lint of every tracer's schema, and whether its page in docs/tracers is current.
add_test(NAME lint.house COMMAND ${CMAKE_SOURCE_DIR}/tests/lint/check)
add_executable(lint_schema ${CMAKE_SOURCE_DIR}/tests/lint/schema.cpp)
target_link_libraries(lint_schema PRIVATE plumb_kernel)
add_test(NAME lint.schema COMMAND lint_schema)
add_test(NAME lint.tracer-docs
  COMMAND ${CMAKE_SOURCE_DIR}/scripts/tracer-docs --check $<TARGET_FILE:plumb>)
set_tests_properties(lint.house lint.schema lint.tracer-docs PROPERTIES LABELS fast)
