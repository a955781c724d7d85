# waypoint_library(state SRCS store.cc DEPS waypoint_base dep_rocksdb)
#   makes waypoint_state. Every DEP must exist already: a library sees only lower layers.
# waypoint_test(store_test SRCS store_test.cc DEPS waypoint_state [LABELS unit])
# waypoint_program(waypoint SRCS main.cc DEPS waypoint_cli)
# All three record their sources, so that tests/layering can compare includes with DEPS
# and find files that nothing builds.
set_property(GLOBAL PROPERTY WAYPOINT_MANIFEST "")
add_custom_target(unit_tests)  # every test that carries the label unit

function(waypoint_record target)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS" ${ARGN})
  list(TRANSFORM arg_SRCS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  string(REPLACE ";" "," srcs "${arg_SRCS}")
  string(REPLACE ";" "," deps "${arg_DEPS}")
  set_property(GLOBAL APPEND PROPERTY WAYPOINT_MANIFEST "${target}|${deps}|${srcs}")
endfunction()

function(waypoint_check_deps target)
  foreach(dep ${ARGN})
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "${target}: ${dep} is not a target yet. A library may use lower layers only.")
    endif()
  endforeach()
endfunction()

function(waypoint_library name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS" ${ARGN})
  waypoint_check_deps(${name} ${arg_DEPS})
  add_library(waypoint_${name} STATIC ${arg_SRCS})
  target_include_directories(waypoint_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(waypoint_${name} PUBLIC ${arg_DEPS} PRIVATE waypoint_warnings waypoint_sanitize)
  waypoint_record(waypoint_${name} SRCS ${arg_SRCS} DEPS ${arg_DEPS})
endfunction()

function(waypoint_program name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS" ${ARGN})
  waypoint_check_deps(${name} ${arg_DEPS})
  add_executable(${name} ${arg_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${arg_DEPS} waypoint_warnings waypoint_sanitize Threads::Threads)
  if(WAYPOINT_STATIC)
    target_link_options(${name} PRIVATE -static)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL Release)
    target_link_options(${name} PRIVATE -s)
  endif()
  waypoint_record(${name} SRCS ${arg_SRCS} DEPS ${arg_DEPS})
endfunction()

# LABELS unit: no gRPC, no child processes; these also run under the sanitizers.
function(waypoint_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SRCS;DEPS;LABELS;ENVIRONMENT" ${ARGN})
  waypoint_check_deps(${name} ${arg_DEPS})
  add_executable(${name} ${arg_SRCS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE WAYPOINT_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data"
    WAYPOINT_SOURCE_DIR="${CMAKE_SOURCE_DIR}" WAYPOINT_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  # Optimising test code costs minutes of compile time and buys nothing: what it calls is optimised.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  target_link_libraries(${name} PRIVATE ${arg_DEPS} GTest::gmock GTest::gtest_main waypoint_warnings waypoint_sanitize
    Threads::Threads)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${arg_ENVIRONMENT}")
  if("unit" IN_LIST arg_LABELS)
    add_dependencies(unit_tests ${name})
  endif()
  waypoint_record(${name} SRCS ${arg_SRCS} DEPS ${arg_DEPS})
endfunction()

# Last of all: what was declared, for tests/layering.
function(waypoint_write_manifest)
  get_property(lines GLOBAL PROPERTY WAYPOINT_MANIFEST)
  string(REPLACE ";" "\n" text "${lines}")
  file(WRITE ${CMAKE_BINARY_DIR}/manifest.txt "${text}\n")
endfunction()

# Generated code in a target of its own: an edit elsewhere never recompiles it.
function(waypoint_proto name)
  cmake_parse_arguments(arg "" "" "FILES;DEPS" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/proto)
  set(generated "")
  foreach(file ${arg_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${file})
    add_custom_command(
      OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
      COMMAND protoc -I${CMAKE_SOURCE_DIR}/proto --cpp_out=${out} ${file}
      DEPENDS ${CMAKE_SOURCE_DIR}/proto/${file}
      VERBATIM)
    list(APPEND generated ${out}/${stem}.pb.cc)
  endforeach()
  add_library(${name} STATIC ${generated})
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_link_libraries(${name} PUBLIC ${arg_DEPS} dep_protobuf)
  set_target_properties(${name} PROPERTIES JOB_POOL_COMPILE proto)
  target_compile_options(${name} PRIVATE -w $<$<CONFIG:Release>:-O1>)
  if(WAYPOINT_SANITIZE MATCHES address)
    target_link_libraries(${name} PRIVATE waypoint_sanitize)
  endif()
endfunction()
