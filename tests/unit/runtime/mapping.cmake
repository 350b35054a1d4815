tributary_test(NAME runtime_mapping SOURCES ${CMAKE_CURRENT_LIST_DIR}/mapping.c LINK tributary::mapping)
