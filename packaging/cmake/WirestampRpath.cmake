# Where installed programs look for the library. What is installed into /usr is found by the system; elsewhere it is found
# beside the program, wherever the whole is moved to. Build trees refer to themselves relatively, so that the same source built in
# two places gives the same bytes.

set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
function(wirestamp_rpath target from)
  if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "")
  else()
    file(RELATIVE_PATH up /prefix/${from} /prefix/${CMAKE_INSTALL_LIBDIR})
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${up}")
  endif()
endfunction()
