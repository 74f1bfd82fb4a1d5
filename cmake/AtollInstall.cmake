# SPDX-License-Identifier: Apache-2.0
# Installs the program, the libraries, the headers and a CMake package (find_package(atoll)).
include(CMakePackageConfigHelpers)
get_property(modules GLOBAL PROPERTY ATOLL_MODULES)
install(TARGETS atoll RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${modules} EXPORT atollTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/atoll DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY data/problems DESTINATION ${CMAKE_INSTALL_DATADIR}/atoll)
install(DIRECTORY data/measured DESTINATION ${CMAKE_INSTALL_DATADIR}/atoll/data)
install(DIRECTORY models/efficiency DESTINATION ${CMAKE_INSTALL_DATADIR}/atoll/models)
install(EXPORT atollTargets NAMESPACE atoll:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/atoll)
configure_package_config_file(cmake/atollConfig.cmake.in ${CMAKE_BINARY_DIR}/atollConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/atoll)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/atollConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/atollConfig.cmake ${CMAKE_BINARY_DIR}/atollConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/atoll)
