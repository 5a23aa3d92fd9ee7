package io.joulegram.rapl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of a made-up sysfs or procfs. */
final class MadeFiles {
    private MadeFiles() {}

    static Path put(Path directory, String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    static void link(Path directory, String name, String target) throws IOException {
        Path link = directory.resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }
}
