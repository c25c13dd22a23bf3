# SPDX-License-Identifier: Apache-2.0
import fnmatch
import os
import shutil
from pathlib import Path


def load(_, path):
    return Path(path).read_text(encoding="utf-8")


def copy(_, pattern, src, dst):
    """By whole path below `src`, as Conan does: a * matches / too."""
    copied = []
    for folder, folders, files in os.walk(src):
        folders[:] = [name for name in folders if name not in ("build", ".git")]
        for name in files:
            path = Path(folder, name)
            if fnmatch.fnmatch(path.relative_to(src).as_posix(), pattern):
                target = Path(dst, path.relative_to(src))
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
                copied.append(str(target))
    return copied


def rmdir(_, path):
    shutil.rmtree(path, ignore_errors=True)
