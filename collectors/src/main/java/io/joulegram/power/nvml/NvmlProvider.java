package io.joulegram.power.nvml;

import io.joulegram.nvml.Nvml;
import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlResidue;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceClock;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The NVIDIA GPUs of this host, each a {@link io.joulegram.power.GpuSource} named {@code nvml:} and its label: the NVML
 * index under which this provider first saw it ({@link DeviceLabels}).
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
    private final DeviceLabels labels = new DeviceLabels();
    private volatile @Nullable NvmlSession current;

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
        advice = new NvmlAdvice(library, devices, NvmlResidue::ofThisProcess);
    }

    @Override
    public String name() {
        return "nvml";
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        NvmlSession session;
        try {
            session = new NvmlSession(library.isPresent() ? Nvml.open(library.get()) : Nvml.open());
        } catch (NvmlException e) {
            throw advice.onOpen(e);
        } catch (IllegalStateException e) {
            throw NvmlAdvice.onStillOpen();
        }
        current = session;
        try {
            return openAll(session);
        } catch (NvmlException e) {
            throw advice.onOpen(e);
        } finally {
            session.release();
        }
    }

    private List<PowerSource> openAll(NvmlSession session) throws NvmlException, SourceUnavailableException {
        Opened opened = open(session, Set.of());
        if (opened.sources.isEmpty()) {
            throw opened.failure.isPresent()
                    ? advice.onDevice(opened.failure.get(), opened.leftOut)
                    : advice.onNoDevice(opened.leftOut);
        }
        opened.leftOut.forEach(reason -> LOG.warn("left out of NVML: {}", reason));
        return List.copyOf(opened.sources);
    }

    /** GPUs that NVML lists now and that give values, less those that are well off. */
    @Override
    public List<PowerSource> rediscover(Set<String> wellOff) {
        NvmlSession session = current;
        if (session == null || !session.tryAcquire()) {
            return List.of();
        }
        try {
            return List.copyOf(open(session, wellOff).sources);
        } catch (NvmlException e) {
            // Each GPU's own reads tell the same, and that is where it is counted.
            LOG.debug("GPUs cannot be listed", e);
            return List.of();
        } finally {
            session.release();
        }
    }

    @Override
    public List<String> heldAfterClose() {
        return NvmlResidue.ofThisProcess().stream()
                .map(held -> "this process holds " + held)
                .toList();
    }

    private static final class Opened {
        final List<PowerSource> sources = new ArrayList<>();
        final List<String> leftOut = new ArrayList<>();
        Optional<NvmlException> failure = Optional.empty();
    }

    private Opened open(NvmlSession session, Set<String> wellOff) throws NvmlException {
        Opened opened = new Opened();
        String driver = session.nvml().driverVersion();
        int count = session.nvml().deviceCount();
        for (int index = 0; index < count; index++) {
            try {
                NvmlDevice device = session.nvml().device(index);
                GpuInfo info = NvmlIdentity.of(device, labels, driver);
                if (!wellOff.contains(NvmlGpuSource.nameOf(info))) {
                    add(NvmlGpuSource.open(session, device, info, clocks.get(), sparing), opened);
                }
            } catch (NvmlException e) {
                opened.leftOut.add("GPU " + index + ": " + e.getMessage());
                opened.failure = Optional.of(e);
            }
        }
        return opened;
    }

    private static void add(NvmlGpuSource source, Opened opened) {
        if (source.channels().isEmpty()) {
            opened.leftOut.add(
                    "GPU " + source.info().device() + " (" + source.info().name() + ") tells neither energy nor power");
            source.close();
        } else {
            opened.sources.add(source);
        }
    }
}
