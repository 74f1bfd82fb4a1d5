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
set(ATOLL_PYTHON_DRIVER ${CMAKE_SOURCE_DIR}/src/sandbox/python_driver.py)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/sandbox/embedded.cpp PROPERTIES
  OBJECT_DEPENDS "${ATOLL_CELL_LIBRARY};${ATOLL_PYTHON_DRIVER}"
  COMPILE_DEFINITIONS "ATOLL_CELL_LIBRARY=\"${ATOLL_CELL_LIBRARY}\";ATOLL_PYTHON_DRIVER=\"${ATOLL_PYTHON_DRIVER}\"")
