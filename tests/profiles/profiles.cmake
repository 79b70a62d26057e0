# Profiles in files of other programs: read by these, or by the little that is needed of them.
add_executable(profile_files ${CMAKE_CURRENT_LIST_DIR}/write.cpp)
target_link_libraries(profile_files PRIVATE plumb_render)
target_include_directories(profile_files PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit)
target_compile_options(profile_files PRIVATE ${tests_warnings})
foreach(check files page)
  add_test(NAME profiles.${check} COMMAND ${CMAKE_CURRENT_LIST_DIR}/${check}
    --files $<TARGET_FILE:profile_files>)
  set_tests_properties(profiles.${check} PROPERTIES LABELS fast SKIP_RETURN_CODE 77)
endforeach()
