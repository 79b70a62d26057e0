# House rules, and the lint of every tracer's schema.
add_test(NAME lint.house COMMAND ${CMAKE_SOURCE_DIR}/tests/lint/check)
add_executable(lint_schema ${CMAKE_SOURCE_DIR}/tests/lint/schema.cpp)
target_link_libraries(lint_schema PRIVATE plumb_kernel)
add_test(NAME lint.schema COMMAND lint_schema)
set_tests_properties(lint.house lint.schema PROPERTIES LABELS fast)
