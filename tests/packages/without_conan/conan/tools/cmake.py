# SPDX-License-Identifier: Apache-2.0
import subprocess


def cmake_layout(recipe):
    recipe.build_folder = recipe.source_folder + "/build/Release"


class CMakeDeps:
    def __init__(self, _):
        pass

    def generate(self):
        """The host has what is required; CMake finds it without help."""


class CMakeToolchain:
    def __init__(self, recipe):
        self.recipe, self.cache_variables = recipe, {}

    def generate(self):
        self.recipe.cache_variables = self.cache_variables


class CMake:
    def __init__(self, recipe):
        self.recipe = recipe

    def run(self, *words):
        subprocess.run(["cmake", *words], check=True)

    def configure(self):
        recipe = self.recipe
        variables = [f"-D{name}={value}" for name, value in recipe.cache_variables.items()]
        self.run("-G", "Ninja", "-S", recipe.source_folder, "-B", recipe.build_folder, "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_INSTALL_LIBDIR=lib", f"-DCMAKE_INSTALL_PREFIX={recipe.package_folder}", *variables,
                 "-DWIRESTAMP_WERROR=ON")  # so that the compiler cache knows it

    def build(self):
        self.run("--build", self.recipe.build_folder)

    def install(self):
        self.run("--install", self.recipe.build_folder)
