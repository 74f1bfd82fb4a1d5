# SPDX-License-Identifier: Apache-2.0
# The cell as a shared object without the C++ library, which the program carries for the warm Python interpreter.
set(ATOLL_CELL_FOLDER ${CMAKE_BINARY_DIR}/cell)
file(GLOB cell_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/sandbox/cell/*.cpp)
add_library(atoll_cell MODULE ${cell_sources})
target_include_directories(atoll_cell PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_compile_features(atoll_cell PRIVATE cxx_std_20)
target_compile_options(atoll_cell PRIVATE -O2 -fno-exceptions -fno-rtti -fno-threadsafe-statics)
# linked as C, so that it depends on nothing that the interpreter may have in another version
set_target_properties(atoll_cell PROPERTIES LINKER_LANGUAGE C PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${ATOLL_CELL_FOLDER})
set(ATOLL_CELL_LIBRARY ${ATOLL_CELL_FOLDER}/atoll_cell.so)
# texts that the program carries; the runner is compiled with each candidate, not here
set(carried_names ATOLL_CELL_LIBRARY ATOLL_PYTHON_DRIVER ATOLL_NATIVE_RUNNER ATOLL_PROGRAM_HEADER ATOLL_DRIVER_HEADER)
set(carried_files ${ATOLL_CELL_LIBRARY} ${CMAKE_SOURCE_DIR}/src/sandbox/python_driver.py
  ${CMAKE_SOURCE_DIR}/src/sandbox/native_runner.cpp ${CMAKE_SOURCE_DIR}/src/sandbox/atoll_program.hpp
  ${CMAKE_SOURCE_DIR}/src/sandbox/atoll_driver.hpp)
set(carried_definitions "")
foreach(name file IN ZIP_LISTS carried_names carried_files)
  list(APPEND carried_definitions "${name}=\"${file}\"")
endforeach()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/sandbox/native_runner.cpp PROPERTIES HEADER_FILE_ONLY TRUE)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/sandbox/embedded.cpp PROPERTIES
  OBJECT_DEPENDS "${carried_files}" COMPILE_DEFINITIONS "${carried_definitions}")
