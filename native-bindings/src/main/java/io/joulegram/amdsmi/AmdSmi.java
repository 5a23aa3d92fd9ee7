package io.joulegram.amdsmi;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.joulegram.posix.NativeBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * AMD's library, loaded and initialized. JNA binds native methods per class, so only one can be open at a time. Not
 * thread-safe, but for the GPUs, each of which may be read by a thread of its own.
 */
public final class AmdSmi implements AutoCloseable {
    /** {@code AMDSMI_INIT_AMD_GPUS}. */
    private static final long INIT_AMD_GPUS = 2;

    /** ROCm's directory is often not on the linker's path. */
    private static final List<String> NAMES = List.of("libamd_smi.so", "/opt/rocm/lib/libamd_smi.so");

    /** Above any machine: 64 GPUs of 8 partitions. */
    private static final int MAX_HANDLES = 512;

    private static final AtomicBoolean OPEN = new AtomicBoolean();

    private final NativeBuffer count = new NativeBuffer(Integer.BYTES);
    private final NativeLibrary library;
    private boolean closed;

    private AmdSmi(NativeLibrary library) {
        this.library = library;
    }

    /**
     * Loads and initializes the library.
     *
     * @param file the library; where ROCm installs it if empty
     * @throws AmdSmiException if it is absent, too old, or does not initialize
     * @throws IllegalStateException if it is open already
     */
    public static AmdSmi open(Optional<Path> file) throws AmdSmiException {
        if (!OPEN.compareAndSet(false, true)) {
            throw new IllegalStateException("libamd_smi is open already");
        }
        boolean opened = false;
        try {
            NativeLibrary library = load(
                    file.map(path -> List.of(path.toAbsolutePath().toString())).orElse(NAMES));
            register(library);
            AmdSmiException.check("amdsmi_init", Prototypes.amdsmi_init(INIT_AMD_GPUS));
            opened = true;
            return new AmdSmi(library);
        } finally {
            if (!opened) {
                OPEN.set(false);
            }
        }
    }

    private static NativeLibrary load(List<String> names) throws AmdSmiException {
        List<String> reasons = new ArrayList<>();
        for (String name : names) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError e) {
                reasons.add(name + " cannot be loaded");
            }
        }
        throw new AmdSmiException(String.join(", ", reasons));
    }

    private static void register(NativeLibrary library) throws AmdSmiException {
        try {
            Native.register(Prototypes.class, library);
        } catch (UnsatisfiedLinkError e) {
            library.close();
            throw new AmdSmiException("libamd_smi is older than ROCm 6.0: " + e.getMessage());
        }
    }

    /**
     * The GPUs, in the library's order. One that does not tell its PCI address is left out.
     *
     * @throws AmdSmiException if they cannot be listed
     */
    public List<AmdSmiGpu> gpus() throws AmdSmiException {
        List<AmdSmiGpu> gpus = new ArrayList<>();
        for (long socket : handles("amdsmi_get_socket_handles", Prototypes::amdsmi_get_socket_handles)) {
            for (long gpu : handles(
                    "amdsmi_get_processor_handles",
                    (count, handles) -> Prototypes.amdsmi_get_processor_handles(socket, count, handles))) {
                NativeBuffer bdf = new NativeBuffer(Long.BYTES);
                if (Prototypes.amdsmi_get_gpu_device_bdf(gpu, bdf.address()) == AmdSmiStatus.SUCCESS) {
                    gpus.add(new AmdSmiGpu(gpu, address(bdf.bytes().getLong(0))));
                }
            }
        }
        return List.copyOf(gpus);
    }

    /** {@code amdsmi_bdf_t}: 3 bits of function, 5 of device, 8 of bus, the rest the domain. */
    private static String address(long bdf) {
        return String.format(Locale.ROOT, "%04x:%02x:%02x.%x", bdf >>> 16, bdf >>> 8 & 0xff, bdf >>> 3 & 0x1f, bdf & 7);
    }

    /** Fills an array of handles, or tells their number where the array is null. */
    private interface Listing {
        int list(long count, long handles);
    }

    private long[] handles(String function, Listing listing) throws AmdSmiException {
        count.bytes().putInt(0, 0);
        AmdSmiException.check(function, listing.list(count.address(), 0));
        int size = Math.min(MAX_HANDLES, Math.max(0, count.bytes().getInt(0)));
        if (size == 0) {
            return new long[0];
        }
        NativeBuffer handles = new NativeBuffer(size * Long.BYTES);
        count.bytes().putInt(0, size);
        AmdSmiException.check(function, listing.list(count.address(), handles.address()));
        long[] found = new long[Math.min(size, Math.max(0, count.bytes().getInt(0)))];
        for (int i = 0; i < found.length; i++) {
            found[i] = handles.bytes().getLong(i * Long.BYTES);
        }
        return found;
    }

    /** Shuts the library down; no GPU may be read after that. Does nothing when called again. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Prototypes.amdsmi_shut_down();
            Native.unregister(Prototypes.class);
            library.close();
            OPEN.set(false);
        }
    }
}
