# Where an installed library can be found: by find_package(Wirestamp) and by pkg-config.

include(CMakePackageConfigHelpers)

install(TARGETS wirestamp EXPORT WirestampTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/api/wirestamp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
        FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")

set(wirestamp_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Wirestamp)
install(EXPORT WirestampTargets NAMESPACE Wirestamp:: DESTINATION ${wirestamp_package_dir} COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/packaging/cmake/WirestampConfig.cmake.in
                              ${CMAKE_CURRENT_BINARY_DIR}/WirestampConfig.cmake
                              INSTALL_DESTINATION ${wirestamp_package_dir})
# Names and numbers are only ever added within a major version; before 1.0 within a minor one.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(wirestamp_compatibility SameMinorVersion)
else()
  set(wirestamp_compatibility SameMajorVersion)
endif()
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/WirestampConfigVersion.cmake
                                 VERSION ${PROJECT_VERSION} COMPATIBILITY ${wirestamp_compatibility})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/WirestampConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/WirestampConfigVersion.cmake
        DESTINATION ${wirestamp_package_dir} COMPONENT development)

if(NOT WIN32)
  # Relative, so that a moved or staged installation still finds itself.
  file(RELATIVE_PATH wirestamp_pc_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  string(REGEX REPLACE "/$" "" wirestamp_pc_up "${wirestamp_pc_up}")
  configure_file(${PROJECT_SOURCE_DIR}/packaging/wirestamp.pc.in ${CMAKE_CURRENT_BINARY_DIR}/wirestamp.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/wirestamp.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT development)
endif()

if(WIN32)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/wirestamp.def DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endif()
