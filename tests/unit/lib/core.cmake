# Tests of lib's core. Those of the HTTP server need a socket, but no service.
foreach(name arena clock config config_file crypto decimal error json log metrics secret text)
  tributary_test(NAME lib_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.c LINK tributary::core)
endforeach()
foreach(name httpd program)
  tributary_test(NAME lib_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.c LINK tributary::lib CURL::libcurl)
endforeach()

# Code that must not compile: a Secret where only numbers and texts are taken.
foreach(case control secret_in_log secret_in_json secret_in_error)
  add_test(
    NAME unit.lib_compile_${case}
    COMMAND ${CMAKE_C_COMPILER} -std=gnu17 -fsyntax-only -Werror -Wformat=2 -I${PROJECT_SOURCE_DIR}
            "-I$<JOIN:$<TARGET_PROPERTY:PkgConfig::YYJSON,INTERFACE_INCLUDE_DIRECTORIES>,;-I>" -DCASE_${case}
            ${CMAKE_CURRENT_LIST_DIR}/does_not_compile.c
    COMMAND_EXPAND_LISTS)
  set_tests_properties(unit.lib_compile_${case} PROPERTIES LABELS unit)
  if(NOT case STREQUAL control)
    set_tests_properties(unit.lib_compile_${case} PROPERTIES WILL_FAIL TRUE)
  endif()
endforeach()
