package io.joulegram.posix;

import com.sun.jna.Native;

/** Signals that end a process as a rule, with their numbers, which POSIX fixes ({@code kill(1)}). */
public enum Signal {
    /** The terminal is gone. */
    HUP(1),
    /** Interrupted from the terminal. */
    INT(2),
    /** Told to end. */
    TERM(15);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /** Its number. */
    public int number() {
        return number;
    }

    /**
     * Sends it, by {@code kill(2)}.
     *
     * @param process whose number is above 0
     * @throws PosixException if there is no such process, or it belongs to somebody else
     */
    public void send(long process) throws PosixException {
        if (process <= 0 || process > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(process + " is not the number of a process");
        }
        if (Libc.kill((int) process, number()) != 0) {
            throw new PosixException("kill", Long.toString(process), Native.getLastError());
        }
    }
}
