package io.joulegram.rapl;

import io.joulegram.posix.DecimalFile;
import io.joulegram.posix.PosixException;
import java.nio.file.Path;

/** A counter of powercap: a file that holds decimal digits. */
final class PowercapCounter implements EnergyCounter {
    private final DecimalFile file;

    private PowercapCounter(DecimalFile file) {
        this.file = file;
    }

    static PowercapCounter open(Path path) throws RaplException {
        try {
            return new PowercapCounter(DecimalFile.open(path));
        } catch (PosixException e) {
            throw RaplException.of(e);
        }
    }

    @Override
    public int read() {
        return file.read();
    }

    @Override
    public long count() {
        return file.value();
    }

    @Override
    public void close() {
        file.close();
    }
}
