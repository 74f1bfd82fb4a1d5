# SPDX-License-Identifier: Apache-2.0
# atoll_module(NAME [DEPENDS modules...] [PUBLIC libraries...] [PRIVATE libraries...]): one static library a folder of src/.
# atoll_test(NAME [LIBRARIES ...]): one GoogleTest program a folder of tests/.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(atoll_flags INTERFACE)
target_compile_options(atoll_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -ffp-contract=off $<$<BOOL:${ATOLL_WERROR}>:-Werror>)
if(ATOLL_SANITIZE)
  target_compile_options(atoll_flags INTERFACE -fsanitize=${ATOLL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(atoll_flags INTERFACE -fsanitize=${ATOLL_SANITIZE})
endif()

function(atoll_module name)
  cmake_parse_arguments(M "" "" "DEPENDS;PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(atoll_${name} STATIC ${sources})
  add_library(atoll::${name} ALIAS atoll_${name})
  set_target_properties(atoll_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(atoll_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_features(atoll_${name} PUBLIC cxx_std_20)
  list(TRANSFORM M_DEPENDS PREPEND atoll::)
  target_link_libraries(atoll_${name} PUBLIC ${M_DEPENDS} ${M_PUBLIC} PRIVATE $<BUILD_INTERFACE:atoll_flags> ${M_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY ATOLL_MODULES atoll_${name})
endfunction()

function(atoll_test name)
  cmake_parse_arguments(T "" "" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/src)
  target_compile_definitions(${name}_test PRIVATE ATOLL_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name}_test PRIVATE atoll::${name} ${T_LIBRARIES} atoll_flags GTest::gtest GTest::gtest_main)
  if(ATOLL_SANITIZE)
    # GoogleTest's macros compile in half the time this way, and what is tested keeps its optimisation
    target_compile_options(${name}_test PRIVATE -O0)
  endif()
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300 LABELS ${name})
endfunction()
