# SPDX-License-Identifier: Apache-2.0
# atoll_build_info(TARGET): writes version, commit, compiler and flags into the build folder for core/build_info.cpp.
find_package(Git QUIET)

function(atoll_git result)
  set(${result} "" PARENT_SCOPE)
  if(NOT GIT_FOUND)
    return()
  endif()
  execute_process(COMMAND ${GIT_EXECUTABLE} ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed EQUAL 0)
    set(${result} "${text}" PARENT_SCOPE)
  endif()
endfunction()

function(atoll_build_info target)
  # unpacked inside somebody else's checkout, that one's commit is not ours
  atoll_git(top_level rev-parse --show-toplevel)
  set(commit "unknown")
  set(dirty "false")
  if(top_level STREQUAL CMAKE_SOURCE_DIR)
    atoll_git(head rev-parse HEAD)
    atoll_git(changes status --porcelain --untracked-files=no)
    if(head)
      set(commit "${head}")
    endif()
    if(changes)
      set(dirty "true")
    endif()
    # a new commit configures anew
    atoll_git(head_log rev-parse --git-path logs/HEAD)
    get_filename_component(head_log "${head_log}" ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    if(EXISTS "${head_log}")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${head_log}")
    endif()
  endif()
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} -ffp-contract=off")
  if(ATOLL_SANITIZE)
    string(APPEND flags " -fsanitize=${ATOLL_SANITIZE}")
  endif()
  string(STRIP "${flags}" flags)
  set(compiler "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
  # configure_file leaves the file alone when nothing changed, so a second build compiles nothing
  configure_file(${CMAKE_SOURCE_DIR}/cmake/atoll_build_values.hpp.in
    ${CMAKE_BINARY_DIR}/generated/atoll_build_values.hpp @ONLY)
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()
