package io.joulegram.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Control groups made of plain files, in the layout of version 2 or 1, with the processor time of each. */
public final class MadeControlGroups {
    private final Path root;
    private final boolean version2;

    private MadeControlGroups(Path root, boolean version2) {
        this.root = root;
        this.version2 = version2;
    }

    public static MadeControlGroups version2(Path sysfs) {
        MadeControlGroups groups = new MadeControlGroups(sysfs.resolve("fs/cgroup"), true);
        groups.write("cgroup.controllers", "cpuset cpu io memory pids\n");
        return groups;
    }

    public static MadeControlGroups version1(Path sysfs, String mount) {
        return new MadeControlGroups(sysfs.resolve("fs/cgroup").resolve(mount), false);
    }

    /** A group and the time that it and those below it have used. */
    public MadeControlGroups used(String path, long cpuMillis) {
        return version2
                ? write(
                        path + "/cpu.stat",
                        "usage_usec " + cpuMillis * 1_000 + "\nuser_usec " + cpuMillis * 900 + "\nsystem_usec "
                                + cpuMillis * 100 + "\nnr_periods 0\n")
                : write(path + "/cpuacct.usage", cpuMillis * 1_000_000 + "\n");
    }

    public MadeControlGroups write(String file, String text) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends a group that has none below it. */
    public void remove(String path) {
        try {
            Files.deleteIfExists(root.resolve(path).resolve(version2 ? "cpu.stat" : "cpuacct.usage"));
            Files.delete(root.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
