# Libraries that are headers only serve a cross-build as they lie on the host. They are linked into a folder of their own,
# because -I/usr/include would bring the host's C library along.

set(wirestamp_host_headers ${CMAKE_BINARY_DIR}/host-headers)
file(MAKE_DIRECTORY ${wirestamp_host_headers})
foreach(folder boost CLI nlohmann)
  find_path(wirestamp_${folder}_headers NAMES ${folder} PATHS /usr/include /usr/local/include NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
  if(wirestamp_${folder}_headers)
    file(CREATE_LINK ${wirestamp_${folder}_headers}/${folder} ${wirestamp_host_headers}/${folder} SYMBOLIC)
  endif()
endforeach()
if(NOT EXISTS ${wirestamp_host_headers}/boost/asio.hpp)
  message(FATAL_ERROR "Boost's headers are not on this host: run packaging/bootstrap.sh build")
endif()
target_include_directories(wirestamp_options SYSTEM INTERFACE ${wirestamp_host_headers})
add_library(CLI11::CLI11 INTERFACE IMPORTED GLOBAL)
add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED GLOBAL)
