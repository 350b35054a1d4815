# programs: all that runs and is no test of ours, which is all that a chaos run has to build.
add_custom_target(programs)

# tributary_source(NAME): the program worker-NAME of the folder workers/NAME, one line a source. All but main.c is apart,
# so that source tests can link it with a scripted call_send().
function(tributary_source name)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/workers/${name}/*.c)
  list(REMOVE_ITEM files ${PROJECT_SOURCE_DIR}/workers/${name}/main.c)
  add_library(tributary_${name} OBJECT ${files})
  target_link_libraries(tributary_${name} PUBLIC tributary::mapping PRIVATE tributary_flags)
  add_executable(worker-${name} ${PROJECT_SOURCE_DIR}/workers/${name}/main.c)
  target_link_libraries(worker-${name} PRIVATE tributary_${name} tributary_rest tributary::runtime tributary_flags)
  add_dependencies(programs worker-${name})
endfunction()

# tributary_program(NAME name SOURCES … LINK …): a program in build/bin.
function(tributary_program)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LINK" ${ARGN})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK} tributary_flags)
  add_dependencies(programs ${arg_NAME})
endfunction()

# check_programs: the unit and source tests, all that a sanitizer run has to build.
add_custom_target(check_programs)

# tributary_test(NAME name SOURCES … LINK … [LABEL unit|sources|integration]): a Check program, run by ctest.
function(tributary_test)
  cmake_parse_arguments(arg "" "NAME;LABEL" "SOURCES;LINK" ${ARGN})
  if(NOT CHECK_FOUND)
    return()
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  add_executable(test_${arg_NAME} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/tests/support/main.c)
  target_link_libraries(test_${arg_NAME} PRIVATE ${arg_LINK} PkgConfig::CHECK tributary_flags)
  if(NOT arg_LABEL STREQUAL "integration")
    add_dependencies(check_programs test_${arg_NAME})
  endif()
  set_target_properties(test_${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${arg_LABEL}.${arg_NAME} COMMAND test_${arg_NAME} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${arg_LABEL}.${arg_NAME} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300)
endfunction()
