# SPDX-License-Identifier: Apache-2.0
# Target header_self_containment: compiles each public header alone, twice, and against nothing but the standard library.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/include/atoll/*.hpp)
set(header_sources "")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "\\.hpp$" ".cpp" source "${CMAKE_BINARY_DIR}/header_self_containment/${header}")
  # written only when its text changes, so that nothing is compiled twice
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// SPDX-License-Identifier: Apache-2.0
// Compiles @header@ alone, and a second time for its include guard.
#include \"@header@\"
#include \"@header@\"  // NOLINT(readability-duplicate-include)
")
  list(APPEND header_sources ${source})
endforeach()
add_library(header_self_containment OBJECT EXCLUDE_FROM_ALL ${header_sources})
target_include_directories(header_self_containment PRIVATE ${CMAKE_SOURCE_DIR}/include)
target_compile_features(header_self_containment PRIVATE cxx_std_20)
target_compile_options(header_self_containment PRIVATE -O0)
target_link_libraries(header_self_containment PRIVATE atoll_flags)
