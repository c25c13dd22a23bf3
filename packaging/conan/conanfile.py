# SPDX-License-Identifier: Apache-2.0
"""Conan 2: `conan create packaging/conan` from a clone, then `requires = "wirestamp/0.1.0"`.
The library: the command comes with a system's own packages."""
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class WirestampConan(ConanFile):
    name = "wirestamp"
    license = "Apache-2.0"
    description = ("Packet timestamps, cross-timestamps, timestamp capabilities of network adapters, and a PTPv2 (IEEE 1588) "
                   "clock inside a program")
    topics = ("ptp", "ieee1588", "timestamp", "clock")
    # Its C++ runtime is linked in, so that any compiler's program can load it.
    package_type = "shared-library"
    settings = "os", "arch", "compiler", "build_type"

    @property
    def _top(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        lists = load(self, os.path.join(self._top, "CMakeLists.txt"))
        self.version = re.search(r"^project\(Wirestamp VERSION ([0-9.]+)", lists, re.MULTILINE)[1]

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "README.md", "api/*", "impl/*", "packaging/*", "samples/*", "docs/*"):
            copy(self, pattern, self._top, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("boost/[>=1.74 <2]", options={"header_only": True})

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os not in ("Linux", "Windows"):
            raise ConanInvalidConfiguration("Wirestamp is for Linux and Windows")
        if self.settings.os == "Windows" and self.settings.compiler != "gcc":
            raise ConanInvalidConfiguration("on Windows Wirestamp is built by mingw-w64; any compiler's program can use it")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["WIRESTAMP_BUILD_COMMAND"] = False
        toolchain.cache_variables["WIRESTAMP_BUILD_TESTS"] = False
        toolchain.cache_variables["WIRESTAMP_BUILD_BINDINGS"] = False
        toolchain.cache_variables["WIRESTAMP_WERROR"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "THIRD-PARTY.txt", os.path.join(self.source_folder, "packaging", "notices"),
             os.path.join(self.package_folder, "licenses"))
        # Conan tells CMake and pkg-config itself, by what package_info says.
        for folder in ("cmake", "pkgconfig"):
            rmdir(self, os.path.join(self.package_folder, "lib", folder))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.libs = ["wirestamp"]
        self.cpp_info.set_property("cmake_file_name", "Wirestamp")
        self.cpp_info.set_property("cmake_target_name", "Wirestamp::wirestamp")
        self.cpp_info.set_property("pkg_config_name", "wirestamp")
