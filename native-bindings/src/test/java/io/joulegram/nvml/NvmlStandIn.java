package io.joulegram.nvml;

import io.joulegram.nvml.StandInSlots.Control;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A stand-in for NVIDIA's {@code libnvidia-ml.so.1}, compiled with the system's C compiler, whose GPUs draw a power
 * that is known exactly.
 *
 * <p>It lives in one directory: the library, and the file {@code control} through which tests steer it while it runs.
 * A process that loads the library from that directory sees the same GPUs; {@link #attach} steers them from another
 * process than the one that made it.
 */
public final class NvmlStandIn {
    private static final int MAX_GPUS = 16;
    private static final List<String> SOURCES =
            List.of("standin.c", "parts.c", "parts.h", "waveform.c", "waveform.h", "nvml.h", "layout.c");

    private final Path directory;
    private final StandInControl control;

    private NvmlStandIn(Path directory, StandInControl control) {
        this.directory = directory;
        this.control = control;
    }

    /**
     * Compiles the library and makes its GPUs, each an idle H100 at 75 W. Without a C compiler the running test is
     * skipped, or fails if the environment has {@code JOULEGRAM_REQUIRE_COMPILER=true}.
     *
     * @param directory an existing directory that nothing else uses
     * @param driver the branch of the driver
     * @param gpus 0 to 16
     */
    public static NvmlStandIn create(Path directory, StandInDriver driver, int gpus) throws IOException {
        if (gpus < 0 || gpus > MAX_GPUS) {
            throw new IllegalArgumentException(gpus + " GPUs: the stand-in has 0 to " + MAX_GPUS);
        }
        CCompiler compiler = CCompiler.find();
        Path sources = writeSources(directory);
        compiler.run(
                sources,
                List.of(
                        "-std=gnu11",
                        "-O1",
                        "-Wall",
                        "-shared",
                        "-fPIC",
                        "-fvisibility=hidden",
                        "-DSTANDIN_DRIVER=" + driver.branch(),
                        "-Wl,-soname,libnvidia-ml.so.1",
                        "-o",
                        library(directory).toString(),
                        "standin.c",
                        "parts.c",
                        "waveform.c",
                        "-ldl"));
        StandInControl control = StandInControl.create(directory.resolve("control"), gpus);
        control.text(Control.DRIVER_VERSION, driver.version());
        control.text(Control.NVML_VERSION, "13." + driver.version());
        NvmlStandIn standIn = new NvmlStandIn(directory, control);
        for (int i = 0; i < gpus; i++) {
            standIn.gpu(i).initialize();
        }
        return standIn;
    }

    /** Steers the stand-in that lives in a directory, as another process made it. */
    public static NvmlStandIn attach(Path directory) throws IOException {
        return new NvmlStandIn(directory, StandInControl.attach(directory.resolve("control")));
    }

    /** The library, to be loaded as NVML. */
    public Path library() {
        return library(directory);
    }

    /** How many GPUs there are. */
    public int gpuCount() {
        return (int) control.get(Control.GPU_COUNT);
    }

    /** How many of the GPUs that were made NVML sees: those with the lowest numbers. */
    public NvmlStandIn gpuCount(int gpus) {
        control.set(Control.GPU_COUNT, gpus);
        return this;
    }

    /** One of the GPUs, by its NVML index. */
    public StandInGpu gpu(int index) {
        if (index < 0 || index >= gpuCount()) {
            throw new IndexOutOfBoundsException("GPU " + index + " of " + gpuCount());
        }
        return new StandInGpu(control, index);
    }

    /** What {@code nvmlInit_v2} returns; 0 to work. */
    public NvmlStandIn initReturns(int code) {
        control.set(Control.INIT_RETURN, code);
        return this;
    }

    /**
     * Takes the library off the clocks of this host: its waveforms, counters, samples and stamps stand at this time until
     * it is set again. What a call of the driver costs moves it on.
     *
     * @param nanos on the clock of {@link System#nanoTime()}, above 0; 0 goes back to the clocks of this host
     * @param wallNanos since 1970, above 0; 0 with the other
     */
    public NvmlStandIn virtualTime(long nanos, long wallNanos) {
        if (nanos < 0 || wallNanos < 0 || (nanos == 0) != (wallNanos == 0)) {
            throw new IllegalArgumentException(nanos + " and " + wallNanos + " ns: both above 0, or both 0");
        }
        control.set(Control.VIRTUAL_WALL_NANOS, wallNanos);
        control.set(Control.VIRTUAL_NANOS, nanos);
        return this;
    }

    /** The time at which the library stands, or that of this host. */
    public long nanos() {
        return control.nanos();
    }

    /** The wall clock of the library, or that of this host, in microseconds since 1970. */
    public long wallMicros() {
        long set = control.get(Control.VIRTUAL_WALL_NANOS);
        return set != 0 ? set / 1000 : System.currentTimeMillis() * 1000;
    }

    /** How many more times NVML was initialized than shut down, over all processes. */
    public long initializations() {
        return control.get(Control.INITIALIZATIONS);
    }

    /** How many GPM samples were allocated and not freed, over all processes. */
    public long gpmSamples() {
        return control.get(Control.GPM_SAMPLES);
    }

    /** Puts the C sources, and the header made from {@link StandInSlots}, into a directory of their own. */
    static Path writeSources(Path directory) throws IOException {
        Path sources = Files.createDirectories(directory.resolve("src"));
        for (String name : SOURCES) {
            try (InputStream in = NvmlStandIn.class.getResourceAsStream("standin/" + name)) {
                if (in == null) {
                    throw new FileNotFoundException("no resource standin/" + name + " beside NvmlStandIn");
                }
                Files.write(sources.resolve(name), in.readAllBytes());
            }
        }
        Files.writeString(sources.resolve("control.h"), StandInSlots.header());
        return sources;
    }

    private static Path library(Path directory) {
        return directory.resolve("libnvidia-ml.so.1").toAbsolutePath();
    }
}
