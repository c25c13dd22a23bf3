# What the registries of other languages take, each in a folder of its own under the build's `packages`:
#   wirestamp_nuget   Wirestamp and Wirestamp.runtime.<rid>: a source for `dotnet restore`
#   wirestamp_maven   a repository of Maven's with jar, sources and pom
#   wirestamp_go      a module proxy's folder, for GOPROXY=file://
# Packing the same build twice gives the same bytes if SOURCE_DATE_EPOCH is set; tests/packages compares that, not two builds.

find_package(Python3 COMPONENTS Interpreter)
if(NOT Python3_FOUND)
  return()
endif()
set(packages ${CMAKE_BINARY_DIR}/packages)
set(WIRESTAMP_WIN_X64 ${PROJECT_SOURCE_DIR}/build/mingw/bin CACHE PATH
    "Where wirestampcs.dll is, for the NuGet package of Windows (built with the preset mingw)")

add_custom_target(wirestamp_go
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${packages}/go
  COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/packaging/go/pack.py --version ${PROJECT_VERSION} --module
          ${PROJECT_SOURCE_DIR}/bindings/go --licence ${PROJECT_SOURCE_DIR}/LICENSE --output ${packages}/go
  VERBATIM)
if(TARGET wirestamp_jar)
  add_custom_target(wirestamp_maven
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${packages}/maven
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/packaging/maven/pack.py --pom
            ${PROJECT_SOURCE_DIR}/bindings/java/pom.xml --jar ${CMAKE_BINARY_DIR}/bindings/java/wirestamp.jar
            --source ${PROJECT_SOURCE_DIR}/bindings/java/src --source ${CMAKE_BINARY_DIR}/bindings/java/swig
            --output ${packages}/maven
    DEPENDS wirestamp_jar VERBATIM)
endif()
if(TARGET wirestamp_assembly)
  # Without what was not cross-built, which is seen when it packs.
  add_custom_target(wirestamp_nuget
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${packages}/nuget
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/packaging/nuget/pack.py --version ${PROJECT_VERSION} --assemblies
            ${CMAKE_BINARY_DIR}/bindings/csharp/bin/Wirestamp/Release --native linux-x64=${CMAKE_BINARY_DIR}/bindings/csharp
            --native win-x64=${WIRESTAMP_WIN_X64} --file ${PROJECT_SOURCE_DIR}/LICENSE --file
            ${PROJECT_SOURCE_DIR}/packaging/notices/THIRD-PARTY.txt --file ${CMAKE_BINARY_DIR}/notices/wirestamp.spdx.json
            --output ${packages}/nuget
    DEPENDS wirestamp_assembly VERBATIM)
endif()
