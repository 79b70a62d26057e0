# layer(NAME USES other... LINKS libraries...): src/NAME as a static library.
#
# A layer links only the layers it names, so an include that breaks the order of docs/design.md
# does not link; tests/lint reads the include lines as well. Every layer is compiled a second time
# with ASan and UBSan (plumb_NAME_checked) for the tests of pure code.
set(PLUMB_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Werror)
set(PLUMB_CHECKS -fsanitize=address,undefined -fno-sanitize-recover=undefined -O1)

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
    target_compile_options(${target} PRIVATE ${PLUMB_WARNINGS})
    foreach(other ${ARG_USES})
      target_link_libraries(${target} PUBLIC plumb_${other}${flavour})
    endforeach()
    target_link_libraries(${target} PUBLIC ${ARG_LINKS})
    if(flavour)
      target_compile_options(${target} PUBLIC ${PLUMB_CHECKS})
      target_link_options(${target} PUBLIC ${PLUMB_CHECKS})
      set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
endfunction()
