package io.joulegram.host;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The control groups of the host and the processor time that each workload's has used, from version 2's {@code cpu.stat}
 * or version 1's {@code cpuacct.usage}. Where a host has both (systemd's hybrid mode), version 1 counts processor time.
 *
 * <p>Every call reads the kernel's files anew. Immutable; any thread.
 */
final class ControlGroupTree {
    /** Docker in Docker in a user's slice is 12 deep. */
    private static final int MAX_DEPTH = 16;

    /** A node of Kubernetes has some hundreds. */
    private static final int MAX_GROUPS = 20_000;

    private static final int MAX_FILE_BYTES = 64 * 1024;

    /** Where version 1 counts processor time, as distributions mount it. */
    private static final List<String> VERSION_1_MOUNTS = List.of("cpuacct", "cpu,cpuacct", "cpuacct,cpu");

    private static final Integer LINKS_OF_LEAF = 2;

    private static final Set<String> CONTROLLERS = Set.of(
            "blkio",
            "cgroup",
            "cpu",
            "cpuacct",
            "cpuset",
            "devices",
            "freezer",
            "hugetlb",
            "io",
            "memory",
            "misc",
            "net_cls",
            "net_prio",
            "perf_event",
            "pids",
            "rdma");

    private static final List<String> UNIT_SUFFIXES =
            List.of(".mount", ".scope", ".service", ".slice", ".socket", ".swap");

    private static final String USAGE_MICROS = "usage_usec ";
    private static final long NANOS_PER_MICRO = 1_000;

    private final Path mounts;

    /** @param sysfs where sysfs is mounted, with the control groups in it as the kernel has them */
    ControlGroupTree(Path sysfs) {
        mounts = sysfs.resolve("fs/cgroup");
    }

    /**
     * The outermost group of a workload, or of a part of it that is beside the others.
     *
     * @param path its path
     * @param workload whose group it is
     * @param above the path of the nearest group above of another workload, which counts this one's time too
     * @param cpuNanos processor time since it was made, in nanoseconds
     */
    record Group(String path, WorkloadPath workload, Optional<String> above, long cpuNanos) {}

    /** Which version counts processor time here. */
    enum Version {
        ONE,
        TWO
    }

    /**
     * @param version which version counts
     * @param groups by path
     */
    record Groups(Version version, Map<String, Group> groups) {
        Groups {
            groups = Map.copyOf(groups);
        }
    }

    /** @throws IOException if there is no hierarchy that counts processor time */
    Groups read() throws IOException {
        Version version = Files.exists(mounts.resolve("cgroup.controllers")) ? Version.TWO : Version.ONE;
        Walk walk = new Walk(version, version == Version.TWO ? mounts : version1());
        walk.descend("", 0, Optional.empty());
        return new Groups(version, walk.groups);
    }

    private Path version1() throws IOException {
        return VERSION_1_MOUNTS.stream()
                .map(mounts::resolve)
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() -> new IOException("no control groups that count processor time in " + mounts
                        + ": neither cgroup.controllers nor " + String.join(", ", VERSION_1_MOUNTS)));
    }

    /** One walk over a hierarchy. */
    private static final class Walk {
        private final Version version;
        private final Procfs files;
        private final Map<String, Group> groups = new LinkedHashMap<>();
        private int left = MAX_GROUPS;

        Walk(Version version, Path root) {
            this.version = version;
            files = new Procfs(root);
        }

        void descend(String path, int depth, Optional<Group> above) {
            if (depth > MAX_DEPTH || isLeaf(files.path(path))) {
                return;
            }
            try (DirectoryStream<Path> below = Files.newDirectoryStream(files.path(path), Walk::isGroup)) {
                for (Path directory : below) {
                    if (left-- <= 0) {
                        return;
                    }
                    String name = path.isEmpty() ? "" : path + "/";
                    enter(name + directory.getFileName(), depth, above);
                }
            } catch (IOException | DirectoryIteratorException e) {
                // Gone meanwhile, or another user's: its time stays with the group above, as it does for the kernel.
                return;
            }
        }

        /** A directory of the kernel has a link for itself, its entry above, and each directory in it. */
        private static boolean isLeaf(Path directory) {
            try {
                return Files.getAttribute(directory, "unix:nlink").equals(LINKS_OF_LEAF);
            } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                return false;
            }
        }

        /** Most entries are files of controllers, some seventy to a group, so what they are is told by their names. */
        private static boolean isGroup(Path entry) {
            String name = entry.getFileName().toString();
            int dot = name.indexOf('.');
            boolean controls = dot > 0
                    && CONTROLLERS.contains(name.substring(0, dot))
                    && UNIT_SUFFIXES.stream().noneMatch(name::endsWith);
            return !controls && Files.isDirectory(entry);
        }

        private void enter(String path, int depth, Optional<Group> above) {
            Optional<Group> group = WorkloadPath.of("/" + path)
                    .filter(found -> !isPodOfPodman(path, found))
                    .filter(found -> above.filter(
                                    outer -> outer.workload().workload().equals(found.workload()))
                            .isEmpty())
                    .flatMap(found -> group(path, found, above));
            group.ifPresent(found -> groups.put(path, found));
            descend(path, depth + 1, group.isPresent() ? group : above);
        }

        /** A path alone does not tell it from a container, if the user chose its parent. */
        private boolean isPodOfPodman(String path, WorkloadPath found) {
            return found.monitorsIfPod(path)
                    .filter(monitors -> Files.isDirectory(files.path(monitors)))
                    .isPresent();
        }

        private Optional<Group> group(String path, WorkloadPath workload, Optional<Group> above) {
            try {
                long nanos = version == Version.TWO
                        ? micros(files.text(path + "/cpu.stat", MAX_FILE_BYTES)) * NANOS_PER_MICRO
                        : Long.parseLong(files.text(path + "/cpuacct.usage", MAX_FILE_BYTES)
                                .strip());
                return Optional.of(new Group(path, workload, above.map(Group::path), nanos));
            } catch (IOException | NumberFormatException e) {
                return Optional.empty();
            }
        }

        private static long micros(String stat) {
            return stat.lines()
                    .filter(line -> line.startsWith(USAGE_MICROS))
                    .findFirst()
                    .map(line ->
                            Long.parseLong(line.substring(USAGE_MICROS.length()).strip()))
                    .orElseThrow(() -> new NumberFormatException("no " + USAGE_MICROS));
        }
    }
}
