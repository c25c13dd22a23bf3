# SPDX-License-Identifier: Apache-2.0
"""What Conan offers a recipe, as far as packaging/conan uses it, for hosts without Conan. run.py plays Conan itself."""


class Properties:
    def __init__(self):
        self.libs, self.properties = [], {}

    def set_property(self, name, value):
        self.properties[name] = value


class ConanFile:
    def __init__(self, **folders):
        self.cpp_info = Properties()
        self.required = []
        self.__dict__.update(folders)

    def requires(self, reference, **_):
        self.required.append(reference)
