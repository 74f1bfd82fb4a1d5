# SPDX-License-Identifier: Apache-2.0
# Carries all files of src/app/templates in the module app; atl::app::template_files() is their table.
file(GLOB_RECURSE template_files RELATIVE ${CMAKE_SOURCE_DIR}/src/app/templates CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/src/app/templates/*)
set(number 0)
set(ATOLL_TEMPLATE_DECLARATIONS "")
set(ATOLL_TEMPLATE_ROWS "")
foreach(file ${template_files})
  atoll_embed(app template_file_${number} src/app/templates/${file})
  string(APPEND ATOLL_TEMPLATE_DECLARATIONS "std::string_view template_file_${number}();\n")
  string(APPEND ATOLL_TEMPLATE_ROWS "    {\"${file}\", template_file_${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
configure_file(${CMAKE_SOURCE_DIR}/cmake/template_files.cpp.in ${CMAKE_BINARY_DIR}/embedded/app_template_files.cpp @ONLY)
target_sources(atoll_app PRIVATE ${CMAKE_BINARY_DIR}/embedded/app_template_files.cpp)
