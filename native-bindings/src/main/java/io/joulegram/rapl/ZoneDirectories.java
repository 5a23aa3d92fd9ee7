package io.joulegram.rapl;

import io.joulegram.rapl.RaplException.Reason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where the zones of the powercap class are, below a mount point of sysfs. */
final class ZoneDirectories {
    /** Above any machine: 64 sockets of 8 zones. */
    private static final int MAX_ENTRIES = 512;

    private final Path classDirectory;
    private final Path devices;
    private final Map<ZoneIndex, Path> links;

    ZoneDirectories(Path sysfsRoot) throws RaplException {
        classDirectory = sysfsRoot.resolve("class/powercap");
        devices = sysfsRoot.resolve("devices/virtual/powercap");
        links = list(classDirectory);
    }

    /** The directories of a control type that can be reached, by the class's links or without them; parents first. */
    Map<ZoneIndex, Path> of(String controlType) throws RaplException {
        Map<ZoneIndex, Path> found = new TreeMap<>(list(devices.resolve(controlType)));
        found.putAll(links);
        found.keySet().removeIf(index -> !index.controlType().equals(controlType));
        found.values().removeIf(directory -> !Files.exists(directory));
        Map<ZoneIndex, Path> all = new TreeMap<>(found);
        for (Map.Entry<ZoneIndex, Path> entry : found.entrySet()) {
            if (!entry.getKey().isChild()) {
                Map<ZoneIndex, Path> children = list(entry.getValue());
                children.keySet().removeIf(child -> !child.parent().equals(entry.getKey()));
                children.forEach(all::putIfAbsent);
            }
        }
        return all;
    }

    /** A link to a zone that points to nothing. */
    Optional<Path> danglingLink() {
        return links.values().stream().filter(link -> !Files.exists(link)).findFirst();
    }

    Path classDirectory() {
        return classDirectory;
    }

    Path devices() {
        return devices;
    }

    private static Map<ZoneIndex, Path> list(Path directory) throws RaplException {
        Map<ZoneIndex, Path> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "intel-rapl*:*")) {
            for (Path entry : entries) {
                if (found.size() < MAX_ENTRIES) {
                    ZoneIndex.parse(String.valueOf(entry.getFileName())).ifPresent(index -> found.put(index, entry));
                }
            }
            return found;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return found;
        } catch (AccessDeniedException e) {
            throw new RaplException(Reason.DENIED, "open " + directory + ": EACCES");
        } catch (IOException | DirectoryIteratorException e) {
            throw new RaplException(Reason.FAILED, "list " + directory + ": " + e.getMessage());
        }
    }
}
