package io.joulegram.nvml;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a process still holds of NVIDIA's driver: the library as long as the dynamic linker keeps it mapped, and the
 * device files. A driver that anybody holds cannot be unloaded, and a library of the old one does not work with the new.
 */
public final class NvmlResidue {
    private static final String LIBRARY = "libnvidia-ml.so";
    private static final String DEVICES = "/dev/nvidia";

    private NvmlResidue() {}

    /** Of this process; empty where there is no procfs. */
    public static Set<String> ofThisProcess() {
        return of(Path.of("/proc/self"));
    }

    /**
     * Of another process.
     *
     * @param process its directory in procfs
     * @return libraries, {@code (deleted)} if their file was replaced, and device files, in order
     */
    public static Set<String> of(Path process) {
        Set<String> held = new TreeSet<>();
        addLibraries(process.resolve("maps"), held);
        addDevices(process.resolve("fd"), held);
        return held;
    }

    private static void addLibraries(Path maps, Set<String> held) {
        try {
            for (String line : Files.readAllLines(maps)) {
                int path = line.indexOf('/');
                if (path >= 0 && line.indexOf(LIBRARY, path) >= 0) {
                    held.add(line.substring(path));
                }
            }
        } catch (IOException e) {
            // No procfs, or not ours to read: nothing is known to be held.
            return;
        }
    }

    private static void addDevices(Path descriptors, Set<String> held) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                if (Files.isSymbolicLink(link)) {
                    addDevice(link, held);
                }
            }
        } catch (IOException e) {
            return;
        }
    }

    private static void addDevice(Path link, Set<String> held) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            if (target.startsWith(DEVICES)) {
                held.add(target);
            }
        } catch (IOException e) {
            // It was closed meanwhile.
            return;
        }
    }
}
