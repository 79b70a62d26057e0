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

# Compiles SOURCE to ${PLUMB_BPF_DIR}/NAME.bpf.o, for every kernel, and to NAME.loop.bpf.o, for those
# with bpf_loop (bpf/repeat.bpf.h).
function(bpf_object NAME SOURCE)
  foreach(flavour "" .loop)
    set(object ${PLUMB_BPF_DIR}/${NAME}${flavour}.bpf.o)
    set(defined)
    if(flavour)
      set(defined -DPLUMB_LOOP_HELPER)
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CLANG} ${PLUMB_BPF_FLAGS} ${defined} -MD -MF ${object}.d -MT ${object}
              -c ${SOURCE} -o ${object}
      COMMAND ${LLVM_STRIP} -g ${object}
      DEPENDS ${SOURCE} DEPFILE ${object}.d VERBATIM)
  endforeach()
endfunction()

# The first comment of SOURCE, to ${PLUMB_BPF_DIR}/NAME.about.
function(bpf_about NAME SOURCE)
  set(about ${PLUMB_BPF_DIR}/${NAME}.about)
  add_custom_command(
    OUTPUT ${about}
    COMMAND sed -n -e "1d" -e "/^[/][/]/!q" -e "s,^// \\{0\\,1\\},,p" ${SOURCE} > ${about}
    DEPENDS ${SOURCE} VERBATIM)
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
  bpf_about(${name} ${source})
  list(FIND own_sources ${source} own)
  if(own EQUAL -1)
    set(is_tracer 1)
  else()
    set(is_tracer 0)
  endif()
  string(APPEND entries "\t.quad ${name}_name")
  string(APPEND blobs "${name}_name: .asciz \"${name}\"\n")
  foreach(part "object bpf.o" "looping loop.bpf.o" "about about")
    separate_arguments(part)
    list(GET part 0 label)
    list(GET part 1 suffix)
    list(APPEND depends ${PLUMB_BPF_DIR}/${name}.${suffix})
    string(APPEND entries ", ${name}_${label}, ${name}_${label}_end")
    string(APPEND blobs "\t.balign 8\n${name}_${label}: .incbin \"${PLUMB_BPF_DIR}/${name}.${suffix}\"\n"
      "${name}_${label}_end:\n")
  endforeach()
  string(APPEND entries ", ${is_tracer}\n")
endforeach()
file(CONFIGURE OUTPUT ${PLUMB_BPF_DIR}/embedded.S CONTENT
"\t.section .rodata\n${blobs}
\t.section .data.rel.ro,\"aw\"\n\t.balign 8\n\t.global plumb_embedded\nplumb_embedded:\n${entries}\t.quad 0\n
\t.section .note.GNU-stack,\"\",@progbits\n" @ONLY)
add_library(plumb_tracers STATIC ${PLUMB_BPF_DIR}/embedded.S)
set_source_files_properties(${PLUMB_BPF_DIR}/embedded.S PROPERTIES OBJECT_DEPENDS "${depends}")
