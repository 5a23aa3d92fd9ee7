package io.joulegram.rapl;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel's list format for sets of processors: {@code 0,28} or {@code 0-3,8}. */
final class CpuList {
    /** The kernel's highest {@code NR_CPUS} on x86_64. */
    private static final int MAX_CPU = 8191;

    private static final int MAX_DIGITS = 4;
    private static final Pattern RANGE =
            Pattern.compile("(\\d{1," + MAX_DIGITS + "})(?:-(\\d{1," + MAX_DIGITS + "}))?");

    private CpuList() {}

    /** The numbers in a file, ascending; empty if the file is. */
    static List<Integer> read(Path file) throws RaplException {
        String text = SysfsAttribute.text(file);
        TreeSet<Integer> cpus = new TreeSet<>();
        if (text.isEmpty()) {
            return List.of();
        }
        for (String part : text.split(",", -1)) {
            Matcher range = RANGE.matcher(part);
            if (!range.matches()) {
                throw notAList(file, text);
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (last < first || last > MAX_CPU) {
                throw notAList(file, text);
            }
            for (int cpu = first; cpu <= last; cpu++) {
                cpus.add(cpu);
            }
        }
        return List.copyOf(cpus);
    }

    private static RaplException notAList(Path file, String text) {
        return RaplException.malformed(
                file, SysfsAttribute.quotable(text), "a list of processors from 0 to " + MAX_CPU + ", such as 0,28-30");
    }
}
