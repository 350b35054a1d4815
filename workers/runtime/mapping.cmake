# tributary_mapping: the mapping engine. No I/O, so that source tests need none.
include_guard(GLOBAL)
add_library(
  tributary_mapping STATIC
  ${CMAKE_CURRENT_LIST_DIR}/convert.c
  ${CMAKE_CURRENT_LIST_DIR}/convert_number.c
  ${CMAKE_CURRENT_LIST_DIR}/convert_supplement.c
  ${CMAKE_CURRENT_LIST_DIR}/convert_time.c
  ${CMAKE_CURRENT_LIST_DIR}/convert_word.c
  ${CMAKE_CURRENT_LIST_DIR}/countries.c
  ${CMAKE_CURRENT_LIST_DIR}/mapping.c
  ${CMAKE_CURRENT_LIST_DIR}/mapping_bind.c
  ${CMAKE_CURRENT_LIST_DIR}/statement.c)
target_link_libraries(tributary_mapping PUBLIC tributary_core tributary_proto PRIVATE tributary_flags)
add_library(tributary::mapping ALIAS tributary_mapping)

# tributary_rest: what sources of JSON over HTTP share. Objects, because it needs call_send(), which the runtime has and
# source tests script.
add_library(tributary_rest OBJECT ${CMAKE_CURRENT_LIST_DIR}/rest.c ${CMAKE_CURRENT_LIST_DIR}/rest_page.c)
target_link_libraries(tributary_rest PUBLIC tributary_mapping PRIVATE tributary_flags)
