// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Finds the two shared libraries: where the property {@code org.wirestamp.library.path} says, in {@code java.library.path}, else
 * inside the jar, from where they are written to a directory that goes when the program ends.
 */
final class Library {
    private static final String GLUE = System.mapLibraryName("wirestampjni");
    private static final String CORE = isWindows() ? "wirestamp.dll" : "libwirestamp.so.1";
    private static boolean loaded;

    private Library() {}

    static synchronized void load() {
        if (loaded) {
            return;
        }
        String directory = System.getProperty("org.wirestamp.library.path");
        if (directory != null) {
            loadFrom(Path.of(directory).toAbsolutePath());
        } else {
            try {
                System.loadLibrary("wirestampjni");
            } catch (UnsatisfiedLinkError notInstalled) {
                loadFromJar(notInstalled);
            }
        }
        loaded = true;
    }

    private static void loadFrom(Path directory) {
        Path core = directory.resolve(CORE);
        if (Files.exists(core)) {
            System.load(core.toString()); // else the loader of the system finds it for the glue
        }
        System.load(directory.resolve(GLUE).toString());
    }

    private static void loadFromJar(UnsatisfiedLinkError notInstalled) {
        String folder = "native/" + platform() + "/";
        try {
            Path directory = Files.createTempDirectory("wirestamp-");
            directory.toFile().deleteOnExit();
            for (String name : new String[] {CORE, GLUE}) {
                try (InputStream resource = Library.class.getResourceAsStream(folder + name)) {
                    if (resource == null) {
                        throw new UnsatisfiedLinkError("The Wirestamp libraries are not in java.library.path ("
                                + notInstalled.getMessage() + ") and not inside the jar for " + platform()
                                + ". Install Wirestamp, or set -Dorg.wirestamp.library.path to the directory of "
                                + CORE + " and " + GLUE + ".");
                    }
                    Path file = directory.resolve(name);
                    Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
                    file.toFile().deleteOnExit();
                }
            }
            loadFrom(directory);
        } catch (IOException error) {
            UnsatisfiedLinkError failure = new UnsatisfiedLinkError("The Wirestamp libraries could not be written to "
                    + System.getProperty("java.io.tmpdir") + ": " + error.getMessage()
                    + ". Set -Dorg.wirestamp.library.path to where they are installed.");
            failure.initCause(error);
            throw failure;
        }
    }

    private static boolean isWindows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    private static String platform() {
        String system = isWindows() ? "windows" : System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return system + "-" + (processor.equals("x86_64") ? "amd64" : processor);
    }
}
