# Packages: `cmake --preset package && cmake --build --preset package --target package` makes three of Debian's,
# `cmake --preset archive` and the same makes one .tar.gz that works wherever it is unpacked. Both hold what they are made of
# (SPDX) and the licences of what is linked into them. With SOURCE_DATE_EPOCH set, the same source
# gives the same bytes: tests/packages/reproducible.sh compares it for Debian's packages, not for the archive.

set(wirestamp_notices ${CMAKE_CURRENT_BINARY_DIR}/notices)
string(TIMESTAMP wirestamp_year "%Y" UTC)
string(TIMESTAMP wirestamp_created "%Y-%m-%dT%H:%M:%SZ" UTC)
find_package(CLI11 QUIET)
find_package(nlohmann_json QUIET)
configure_file(${PROJECT_SOURCE_DIR}/packaging/notices/wirestamp.spdx.json.in ${wirestamp_notices}/wirestamp.spdx.json @ONLY)
install(FILES ${wirestamp_notices}/wirestamp.spdx.json ${PROJECT_SOURCE_DIR}/packaging/notices/THIRD-PARTY.txt
        DESTINATION ${CMAKE_INSTALL_DATADIR}/wirestamp COMPONENT library)

set(CPACK_PACKAGE_NAME wirestamp)
set(CPACK_PACKAGE_VENDOR "The Wirestamp authors")
set(CPACK_PACKAGE_CONTACT "The Wirestamp authors <maintainers@wirestamp.example>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "packet timestamps, cross-timestamps and PTPv2 in a program of your own")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL library development tools)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
set(CPACK_THREADS 1)

if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/impl)
  set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
  set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
  set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
  set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS library)
  set(CPACK_COMPONENT_TOOLS_DEPENDS library)

  set(wirestamp_common
      "Wirestamp gives a program packet timestamps, timestamp capabilities and
change notices of network adapters, cross-timestamps between adapter and
system clocks, and a complete two-step PTPv2 clock (IEEE 1588) in the
program's own process.")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libwirestamp1)
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
  set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "PTP and packet timestamps in a program - shared library\n${wirestamp_common}")
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libwirestamp-dev)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
  set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
      "PTP and packet timestamps in a program - development files\n${wirestamp_common}\n.\nHeaders for C99 and C++17, and files for CMake and pkg-config.")
  set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME wirestamp)
  set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION net)
  set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "gnuplot-nox, prometheus")
  set(CPACK_COMPONENT_TOOLS_DESCRIPTION
      "PTP and packet timestamps in a program - the wirestamp command\n${wirestamp_common}\n.\nThe command lists what adapters can stamp, reads their clocks, measures where a\npacket's time goes, and runs a PTP clock with ptp4l's options.")

  file(WRITE ${wirestamp_notices}/triggers "activate-noawait ldconfig\n")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${wirestamp_notices}/triggers)

  # What Debian wants of each package: a change log and the licences.
  find_program(GZIP_PROGRAM gzip REQUIRED)
  string(TIMESTAMP wirestamp_debian_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(READ ${PROJECT_SOURCE_DIR}/packaging/notices/THIRD-PARTY.txt wirestamp_third_party)
  string(REGEX REPLACE "\n\n" "\n.\n" wirestamp_third_party "${wirestamp_third_party}")
  string(REGEX REPLACE "\n([^\n])" "\n \\1" wirestamp_third_party "${wirestamp_third_party}")
  configure_file(${PROJECT_SOURCE_DIR}/packaging/notices/copyright.in ${wirestamp_notices}/copyright @ONLY)
  foreach(component IN ITEMS library development tools)
    string(TOUPPER ${component} upper)
    set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
    file(WRITE ${wirestamp_notices}/${package}/changelog.Debian
         "wirestamp (${PROJECT_VERSION}-1) unstable; urgency=medium\n\n  * Made from the sources of Wirestamp ${PROJECT_VERSION}.\n\n -- ${CPACK_PACKAGE_CONTACT}  ${wirestamp_debian_date}\n")
    execute_process(COMMAND ${GZIP_PROGRAM} -9nf ${wirestamp_notices}/${package}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
    install(FILES ${wirestamp_notices}/copyright ${wirestamp_notices}/${package}/changelog.Debian.gz
            DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
  endforeach()
else()
  set(CPACK_GENERATOR TGZ)
  if(WIN32)
    set(CPACK_GENERATOR ZIP)
    set(CPACK_PACKAGE_FILE_NAME wirestamp-${PROJECT_VERSION}-win-x64)
  endif()
  set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
  set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/wirestamp
          COMPONENT library)
endif()
include(CPack)
