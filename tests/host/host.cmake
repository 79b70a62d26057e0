# The kernel's sources compiled as ordinary C, under ASan and UBSan.
file(GLOB host_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cmake)
foreach(each ${host_tests})
  if(NOT each STREQUAL CMAKE_CURRENT_LIST_FILE)
    include(${each})
  endif()
endforeach()
