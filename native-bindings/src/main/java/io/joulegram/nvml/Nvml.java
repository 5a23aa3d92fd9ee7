package io.joulegram.nvml;

import java.nio.file.Path;
import java.util.Set;

/**
 * The loaded and initialized library.
 *
 * <p>NVML's state belongs to the process, so only one can be open at a time; after {@link #close()} it, or another
 * library, can be opened again. Its methods may be called by any thread; each {@link NvmlDevice} belongs to one.
 */
public final class Nvml implements AutoCloseable {
    private static final int VERSION_LENGTH = 80;

    private final NvmlLibrary library;
    private boolean closed;

    private Nvml(NvmlLibrary library) throws NvmlException {
        this.library = library;
        Calls.check("nvmlInit_v2", library.init());
    }

    /**
     * Loads the driver's library ({@code libnvidia-ml.so.1}, else {@code nvidia-ml}) and initializes it, which may take
     * a second per GPU if the driver's persistence mode is off.
     *
     * @throws NvmlException with {@link NvmlReturn#LIBRARY_NOT_FOUND} if it could not be loaded, else with what {@code
     *     nvmlInit_v2} returned
     * @throws IllegalStateException if one is open
     */
    public static Nvml open() throws NvmlException {
        return initialize(NvmlLibrary.load());
    }

    /**
     * The same with one library file and no other.
     *
     * @param library the file
     */
    public static Nvml open(Path library) throws NvmlException {
        return initialize(NvmlLibrary.load(library));
    }

    private static Nvml initialize(NvmlLibrary library) throws NvmlException {
        try {
            return new Nvml(library);
        } catch (NvmlException e) {
            library.unload();
            throw e;
        }
    }

    /** How many GPUs there are, those that this user may not open included ({@code nvmlDeviceGetCount_v2}). */
    public int deviceCount() throws NvmlException {
        NativeBuffer out = new NativeBuffer(Integer.BYTES);
        Calls.check("nvmlDeviceGetCount_v2", library.count(out.address()));
        return out.getInt(0);
    }

    /**
     * Opens a GPU ({@code nvmlDeviceGetHandleByIndex_v2}).
     *
     * @param index 0 up to {@link #deviceCount()}, exclusive
     */
    public NvmlDevice device(int index) throws NvmlException {
        NativeBuffer out = new NativeBuffer(Long.BYTES);
        Calls.check("nvmlDeviceGetHandleByIndex_v2", library.handleByIndex(index, out.address()));
        return new NvmlDevice(library, index, out.getLong(0));
    }

    /** The driver's version, {@code 580.65.06}. */
    public String driverVersion() throws NvmlException {
        NativeBuffer out = new NativeBuffer(VERSION_LENGTH);
        Calls.check("nvmlSystemGetDriverVersion", library.systemDriverVersion(out.address(), VERSION_LENGTH));
        return out.getText(0, VERSION_LENGTH);
    }

    /** The library's version, {@code 13.580.65.06}. */
    public String nvmlVersion() throws NvmlException {
        NativeBuffer out = new NativeBuffer(VERSION_LENGTH);
        Calls.check("nvmlSystemGetNVMLVersion", library.systemNvmlVersion(out.address(), VERSION_LENGTH));
        return out.getText(0, VERSION_LENGTH);
    }

    /** The C functions, of those this binding can call, that the library does not have. */
    public Set<String> missingFunctions() {
        return library.missingFunctions();
    }

    /**
     * Shuts NVML down and unloads the library; does nothing the second time. Its devices then answer {@link
     * NvmlReturn#UNINITIALIZED}. No other thread may be inside a call of this library or its devices, not even a blocked
     * one: the code it runs is unmapped.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            // Whatever it returns, the library is left behind.
            library.shutdown();
            library.unload();
        }
    }
}
