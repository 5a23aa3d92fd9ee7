package io.joulegram.power.hwmon;

import io.joulegram.amdsmi.AmdSmi;
import io.joulegram.amdsmi.AmdSmiException;
import io.joulegram.amdsmi.AmdSmiGpu;
import io.joulegram.amdsmi.AmdSmiStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * AMD's library, for as long as a counter of it is in use or this object is not closed. Where it cannot be used there
 * are no counters, and one line in the log says why.
 */
final class AmdCounters implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AmdCounters.class);

    private final @Nullable AmdSmi library;
    private final List<AmdSmiGpu> gpus;
    private final AtomicInteger users = new AtomicInteger(1);

    private AmdCounters(@Nullable AmdSmi library, List<AmdSmiGpu> gpus) {
        this.library = library;
        this.gpus = List.copyOf(gpus);
    }

    static AmdCounters none() {
        return new AmdCounters(null, List.of());
    }

    /** @param file the library; where ROCm installs it if empty */
    static AmdCounters open(Optional<Path> file) {
        try {
            AmdSmi library = AmdSmi.open(file);
            try {
                return new AmdCounters(library, library.gpus());
            } catch (AmdSmiException e) {
                library.close();
                throw e;
            }
        } catch (AmdSmiException e) {
            LOG.info("no energy counters of AMD GPUs, so their power is integrated: {}", e.getMessage());
            return none();
        }
    }

    /** The counter of the GPU at a PCI address; null if it has none that works. */
    @Nullable
    AmdCounter take(String pciAddress) {
        for (AmdSmiGpu gpu : gpus) {
            if (gpu.pciAddress().equals(pciAddress) && gpu.read() == AmdSmiStatus.SUCCESS) {
                users.incrementAndGet();
                return new AmdCounter(this, gpu);
            }
        }
        return null;
    }

    void release() {
        if (users.decrementAndGet() == 0 && library != null) {
            library.close();
        }
    }

    @Override
    public void close() {
        release();
    }
}
