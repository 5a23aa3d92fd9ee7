package io.joulegram.power.nvml;

import io.joulegram.nvml.Nvml;
import io.joulegram.nvml.NvmlException;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceClock;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The NVIDIA GPUs of this host, each a {@link io.joulegram.power.GpuSource} named {@code nvml:} and its NVML index.
 *
 * <p>NVML is initialized once for all of them and shut down when the last is closed; {@link #open()} may then be called
 * again. A GPU that cannot be opened is left out with a line in the log, as long as there is another.
 */
public final class NvmlProvider implements PowerSourceProvider {
    private static final Logger LOG = LoggerFactory.getLogger(NvmlProvider.class);

    private final Optional<Path> library;
    private final Supplier<SourceClock> clocks;
    private final boolean sparing;
    private final NvmlAdvice advice;

    /** @param library the file to load as NVML; empty for the one that the driver installed */
    public NvmlProvider(Optional<Path> library) {
        this(library, Path.of("/dev"), SourceClock::system);
    }

    /** Reads what is dear to read as often as the rest, to learn how it behaves; not for a daemon. */
    public static NvmlProvider unsparing(Optional<Path> library) {
        return new NvmlProvider(library, Path.of("/dev"), SourceClock::system, false);
    }

    /**
     * @param library the file to load as NVML; empty for the one that the driver installed
     * @param devices where device nodes are, {@code /dev}
     * @param clocks made for each GPU, as each is read by a thread of its own
     */
    public NvmlProvider(Optional<Path> library, Path devices, Supplier<SourceClock> clocks) {
        this(library, devices, clocks, true);
    }

    private NvmlProvider(Optional<Path> library, Path devices, Supplier<SourceClock> clocks, boolean sparing) {
        this.sparing = sparing;
        this.library = library;
        this.clocks = clocks;
        advice = new NvmlAdvice(library, devices);
    }

    @Override
    public String name() {
        return "nvml";
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if a source of an earlier call is still open
     */
    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        NvmlSession session;
        try {
            session = new NvmlSession(library.isPresent() ? Nvml.open(library.get()) : Nvml.open());
        } catch (NvmlException e) {
            throw advice.onOpen(e);
        }
        try {
            return openAll(session);
        } catch (NvmlException e) {
            throw advice.onOpen(e);
        } finally {
            session.release();
        }
    }

    private List<PowerSource> openAll(NvmlSession session) throws NvmlException, SourceUnavailableException {
        List<PowerSource> sources = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        Optional<NvmlException> failure = Optional.empty();
        String driver = session.nvml().driverVersion();
        int count = session.nvml().deviceCount();
        for (int index = 0; index < count; index++) {
            try {
                NvmlGpuSource source = NvmlGpuSource.open(session, index, driver, clocks.get(), sparing);
                if (source.channels().isEmpty()) {
                    leftOut.add("GPU " + index + " (" + source.info().name() + ") tells neither energy nor power");
                    source.close();
                } else {
                    sources.add(source);
                }
            } catch (NvmlException e) {
                leftOut.add("GPU " + index + ": " + e.getMessage());
                failure = Optional.of(e);
            }
        }
        if (sources.isEmpty()) {
            throw failure.isPresent() ? advice.onDevice(failure.get(), leftOut) : advice.onNoDevice(leftOut);
        }
        leftOut.forEach(reason -> LOG.warn("left out of NVML: {}", reason));
        return List.copyOf(sources);
    }
}
