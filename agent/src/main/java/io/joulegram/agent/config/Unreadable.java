package io.joulegram.agent.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Says why a file could not be read in words that do not need Java to be understood. */
final class Unreadable {
    private Unreadable() {}

    static String because(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return file + " does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return file + " may not be read by this user";
        }
        if (Files.isDirectory(file)) {
            return file + " is a directory";
        }
        return file + " cannot be read: " + e.getMessage();
    }
}
