package io.joulegram.posix;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory of the C library, which neither the heap nor the limit on direct buffers of the virtual machine bounds. Its
 * pages are taken from the system as they are first written. Thread-safe; the content is not.
 */
public final class NativeMemory implements AutoCloseable {
    private final ByteBuffer bytes;
    private long address;

    /**
     * @param capacity size in bytes, above 0
     * @throws OutOfMemoryError if the system does not give that much
     */
    public NativeMemory(int capacity) {
        address = Native.malloc(capacity);
        if (address == 0) {
            throw new OutOfMemoryError(capacity + " bytes of native memory");
        }
        bytes = new Pointer(address).getByteBuffer(0, capacity).order(ByteOrder.nativeOrder());
    }

    /** The memory; must not be used after {@link #close}. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Gives the memory back. Does nothing when called again. */
    @Override
    public synchronized void close() {
        if (address != 0) {
            Native.free(address);
            address = 0;
        }
    }
}
