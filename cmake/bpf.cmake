# The kernel's half: every tracers/*.bpf.c, and what plumb has for itself in bpf/*.bpf.c, compiled for
# BPF and embedded.
#
# A tracer's first comment is its documentation: the part that `plumb list` shows is cut out here and
# embedded beside the object. Adding a tracer edits no list.
find_program(CLANG NAMES clang clang-19 clang-16 clang-15 clang-14 REQUIRED)
find_program(LLVM_STRIP NAMES llvm-strip llvm-strip-19 llvm-strip-16 llvm-strip-15 llvm-strip-14 REQUIRED)
set(PLUMB_BPF_DIR ${CMAKE_BINARY_DIR}/bpf)
file(MAKE_DIRECTORY ${PLUMB_BPF_DIR})
set(PLUMB_BPF_FLAGS -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -Wall -Wextra -Werror
    -Wno-unused-parameter -Wno-unused-function -I${CMAKE_SOURCE_DIR}/bpf
    -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})

# Compiles SOURCE to ${PLUMB_BPF_DIR}/NAME.bpf.o and writes its about-text to NAME.about.
function(bpf_object NAME SOURCE)
  set(object ${PLUMB_BPF_DIR}/${NAME}.bpf.o)
  set(about ${PLUMB_BPF_DIR}/${NAME}.about)
  add_custom_command(
    OUTPUT ${object} ${about}
    COMMAND ${CLANG} ${PLUMB_BPF_FLAGS} -MD -MF ${object}.d -MT ${object} -c ${SOURCE} -o ${object}
    COMMAND ${LLVM_STRIP} -g ${object}
    COMMAND sed -n -e "1d" -e "/^[/][/]/!q" -e "s,^// \\{0\\,1\\},,p" ${SOURCE} > ${about}
    DEPENDS ${SOURCE} DEPFILE ${object}.d VERBATIM)
endfunction()

file(GLOB tracer_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tracers/*.bpf.c)
file(GLOB own_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bpf/*.bpf.c)
set(entries)
set(blobs)
set(depends)
foreach(source ${tracer_sources} ${own_sources})
  get_filename_component(name ${source} NAME)
  string(REPLACE ".bpf.c" "" name ${name})
  bpf_object(${name} ${source})
  list(FIND own_sources ${source} own)
  if(own EQUAL -1)
    set(is_tracer 1)
  else()
    set(is_tracer 0)
  endif()
  list(APPEND depends ${PLUMB_BPF_DIR}/${name}.bpf.o ${PLUMB_BPF_DIR}/${name}.about)
  string(APPEND entries "\t.quad ${name}_name, ${name}_object, ${name}_object_end, ${name}_about, ${name}_about_end, ${is_tracer}\n")
  string(APPEND blobs "${name}_name: .asciz \"${name}\"\n\t.balign 8\n"
    "${name}_object: .incbin \"${PLUMB_BPF_DIR}/${name}.bpf.o\"\n${name}_object_end:\n"
    "${name}_about: .incbin \"${PLUMB_BPF_DIR}/${name}.about\"\n${name}_about_end:\n")
endforeach()
file(CONFIGURE OUTPUT ${PLUMB_BPF_DIR}/embedded.S CONTENT
"\t.section .rodata\n${blobs}
\t.section .data.rel.ro,\"aw\"\n\t.balign 8\n\t.global plumb_embedded\nplumb_embedded:\n${entries}\t.quad 0\n
\t.section .note.GNU-stack,\"\",@progbits\n" @ONLY)
add_library(plumb_tracers STATIC ${PLUMB_BPF_DIR}/embedded.S)
set_source_files_properties(${PLUMB_BPF_DIR}/embedded.S PROPERTIES OBJECT_DEPENDS "${depends}")
