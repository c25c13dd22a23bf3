# The shared library: the modules' objects, and nothing leaves but what packaging/exports.txt names. The C++ runtime is linked
# in, so that a program of another compiler, or of none, can load it.

add_library(wirestamp SHARED)
add_library(Wirestamp::wirestamp ALIAS wirestamp)
target_link_libraries(wirestamp PRIVATE wirestamp_options wirestamp_abi wirestamp_runtime wirestamp_ptp wirestamp_clock
                                        wirestamp_platform wirestamp_base Threads::Threads)
target_include_directories(wirestamp INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/api>
                                               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(wirestamp PROPERTIES LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION} SOVERSION 1)
if(WIN32)
  set_target_properties(wirestamp PROPERTIES PREFIX "")
endif()

set(wirestamp_exports ${PROJECT_SOURCE_DIR}/packaging/exports.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${wirestamp_exports})
file(STRINGS ${wirestamp_exports} wirestamp_names REGEX "^wst_")

if(WIN32)
  list(JOIN wirestamp_names "\n    " wirestamp_lines)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/wirestamp.def CONTENT "EXPORTS\n    @wirestamp_lines@\n" @ONLY)
  target_sources(wirestamp PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/wirestamp.def)
  if(MINGW)
    target_link_options(wirestamp PRIVATE -static -Wl,--exclude-all-symbols)
  endif()
else()
  list(JOIN wirestamp_names ";\n    " wirestamp_lines)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/wirestamp.map
       CONTENT "WIRESTAMP_1 {\n  global:\n    @wirestamp_lines@;\n  local:\n    *;\n};\n" @ONLY)
  target_link_options(wirestamp PRIVATE -Wl,--version-script=${CMAKE_CURRENT_BINARY_DIR}/wirestamp.map)
  set_target_properties(wirestamp PROPERTIES LINK_DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/wirestamp.map)
  set(wirestamp_packet_path ${PROJECT_SOURCE_DIR}/packaging/packet_path.ld)
  include(CheckLinkerFlag)
  check_linker_flag(CXX "-Wl,-T,${wirestamp_packet_path}" WIRESTAMP_LINKER_INSERTS)
  if(WIRESTAMP_LINKER_INSERTS)
    target_link_options(wirestamp PRIVATE -Wl,-T,${wirestamp_packet_path})
    set_property(TARGET wirestamp APPEND PROPERTY LINK_DEPENDS ${wirestamp_packet_path})
  endif()
  if(NOT WIRESTAMP_SANITIZE)
    target_link_options(wirestamp PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--no-undefined -Wl,--as-needed)
  endif()
endif()

include(WirestampInstall)
