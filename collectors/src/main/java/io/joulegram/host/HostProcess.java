package io.joulegram.host;

/**
 * A process, as {@code /proc/<pid>/stat} told it (proc_pid_stat(5)).
 *
 * @param pid its number
 * @param name the kernel's name of it ({@code comm}), cut to 15 bytes by the kernel
 * @param parentPid its parent; 0 for the first process, and for one whose parent is outside this pid namespace
 * @param sessionId the pid of the leader of its session
 * @param startTicks when it started, in clock ticks (1/100 s on Linux) since boot; with the pid, names it for ever
 */
public record HostProcess(int pid, String name, int parentPid, int sessionId, long startTicks) {}
