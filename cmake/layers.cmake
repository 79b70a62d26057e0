# layer(NAME USES other... LINKS libraries...): src/NAME as a static library.
#
# A layer links only the layers it names, so an include that breaks the order of docs/design.md
# does not link; tests/lint reads the include lines as well. Every layer is compiled a second time
# with ASan and UBSan (plumb_NAME_checked) for the tests of pure code: with -Og, which takes half as long
# as -O1.
#
# With CMAKE_UNITY_BUILD, as ./run and ./test build, a layer is one file to the compiler: headers are most
# of what it reads. So no two files of a layer may give one name to two things.
set(PLUMB_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Werror)
if(CMAKE_UNITY_BUILD)
  list(APPEND PLUMB_WARNINGS -Wno-subobject-linkage)  # it takes what is included for a header
endif()
set(PLUMB_CHECKS -fsanitize=address,undefined -fno-sanitize-recover=undefined)

function(layer NAME)
  cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${NAME}/*.cpp)
  foreach(flavour "" "_checked")
    set(target plumb_${NAME}${flavour})
    if(flavour AND NOT PLUMB_TESTS)
      continue()
    endif()
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    set_target_properties(${target} PROPERTIES UNITY_BUILD_BATCH_SIZE 0)
    target_compile_options(${target} PRIVATE ${PLUMB_WARNINGS})
    foreach(other ${ARG_USES})
      target_link_libraries(${target} PUBLIC plumb_${other}${flavour})
    endforeach()
    target_link_libraries(${target} PUBLIC ${ARG_LINKS})
    if(flavour)
      target_compile_options(${target} PUBLIC ${PLUMB_CHECKS} PRIVATE -Og)
      target_link_options(${target} PUBLIC ${PLUMB_CHECKS})
      set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
endfunction()
