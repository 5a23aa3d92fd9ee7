package io.joulegram.agent.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this process and its children are what a terminal has in its foreground. */
final class TerminalJob {
    private static final int GROUP = 2;
    private static final int TERMINAL = 4;
    private static final int FOREGROUND_GROUP = 5;

    private TerminalJob() {}

    /**
     * Whether it is so, in which case Ctrl-C is sent to all of them by the terminal itself.
     *
     * @param stat {@code /proc/self/stat}, as in {@code proc_pid_stat(5)}; where there is none no terminal is known
     */
    static boolean isForeground(Path stat) {
        try {
            String text = Files.readString(stat);
            // The name of the program, in parentheses, may have any characters.
            String[] fields = text.substring(text.lastIndexOf(')') + 1).trim().split(" ", -1);
            return fields.length > FOREGROUND_GROUP
                    && !fields[TERMINAL].equals("0")
                    && fields[FOREGROUND_GROUP].equals(fields[GROUP]);
        } catch (IOException e) {
            return false;
        }
    }
}
