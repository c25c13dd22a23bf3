# SPDX-License-Identifier: Apache-2.0
"""Plays Conan: run.py RECIPE FOLDER calls the methods of a recipe in Conan's order, with the sources exported to FOLDER/source and
the package made in FOLDER/package, and prints what the package tells of itself."""
import importlib.util
import sys
from pathlib import Path


def main():
    recipe_path, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    sys.path.insert(0, str(Path(__file__).parent))
    spec = importlib.util.spec_from_file_location("recipe", recipe_path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    from conan import ConanFile
    kind = next(kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, ConanFile) and kind is not ConanFile)
    source, package = folder / "source", folder / "package"
    recipe = kind(recipe_folder=str(recipe_path.parent), export_sources_folder=str(source), source_folder=str(source),
                  package_folder=str(package))

    class Settings:
        os, arch, compiler, build_type = "Linux", "x86_64", "gcc", "Release"

    recipe.settings = Settings
    recipe.set_version()
    recipe.export_sources()
    # In a cache the recipe is alone, without the tree around it.
    recipe.recipe_folder = str(folder)
    recipe.layout()
    recipe.requirements()
    recipe.validate()
    recipe.generate()
    recipe.build()
    recipe.package()
    recipe.package_info()
    Settings.os = "Macos"
    try:
        recipe.validate()
        sys.exit("the recipe takes a system that Wirestamp does not know")
    except sys.modules["conan.errors"].ConanInvalidConfiguration:
        pass
    print(recipe.name, recipe.version, *recipe.required, *recipe.cpp_info.libs, *recipe.cpp_info.properties.values(), sep="\n")


main()
