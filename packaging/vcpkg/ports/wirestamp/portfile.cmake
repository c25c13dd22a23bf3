# An overlay port that builds the tree it lies in:
#   vcpkg install wirestamp --overlay-ports=packaging/vcpkg/ports
# The library: the command comes with a system's own packages. Its C++ runtime is linked in, so that any compiler's program can
# load it; it is always a shared library.
vcpkg_check_linkage(ONLY_DYNAMIC_LIBRARY)
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DWIRESTAMP_BUILD_COMMAND=OFF
        -DWIRESTAMP_BUILD_TESTS=OFF
        -DWIRESTAMP_BUILD_BINDINGS=OFF
        -DWIRESTAMP_WERROR=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME wirestamp CONFIG_PATH lib/cmake/Wirestamp)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE" "${SOURCE_PATH}/packaging/notices/THIRD-PARTY.txt")
