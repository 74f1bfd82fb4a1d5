# SPDX-License-Identifier: Apache-2.0
# atoll_embed(MODULE NAME FILE): carries FILE in the module as it is; std::string_view atl::MODULE::NAME() is its text.
# FILE is relative to the root of the source. A FILE that ends in .cpp is not compiled into the module.
function(atoll_embed module name file)
  set(ATOLL_EMBED_MODULE ${module})
  set(ATOLL_EMBED_NAME ${name})
  set(ATOLL_EMBED_FILE ${CMAKE_SOURCE_DIR}/${file})
  set(source ${CMAKE_BINARY_DIR}/embedded/${module}_${name}.cpp)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/embedded_file.cpp.in ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${ATOLL_EMBED_FILE})
  set_source_files_properties(${ATOLL_EMBED_FILE} PROPERTIES HEADER_FILE_ONLY TRUE)
  target_sources(atoll_${module} PRIVATE ${source})
endfunction()
