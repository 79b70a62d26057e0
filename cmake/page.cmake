# The page of a flame graph: src/render/flame.html with its style and scripts in it, embedded as
# plumb_flame_page.
set(page_parts flame.html flame.css flame_data.js flame.js flame_input.js)
foreach(part ${page_parts})
  set(file ${CMAKE_SOURCE_DIR}/src/render/${part})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  string(MAKE_C_IDENTIFIER ${part} name)
  string(TOUPPER ${name} name)
  file(READ ${file} ${name})
endforeach()
set(page ${CMAKE_BINARY_DIR}/generated/flame.html)
configure_file(${CMAKE_SOURCE_DIR}/src/render/flame.html ${page} @ONLY)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/page.S CONTENT
"\t.section .rodata\n\t.global plumb_flame_page, plumb_flame_page_end
plumb_flame_page: .incbin \"${page}\"\nplumb_flame_page_end:
\t.section .note.GNU-stack,\"\",@progbits\n" @ONLY)
add_library(plumb_page STATIC ${CMAKE_BINARY_DIR}/generated/page.S)
set_source_files_properties(${CMAKE_BINARY_DIR}/generated/page.S PROPERTIES OBJECT_DEPENDS ${page})
