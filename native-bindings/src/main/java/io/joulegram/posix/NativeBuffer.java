package io.joulegram.posix;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory outside the Java heap, zeroed, in the byte order of the machine, to be used again for every call. Not
 * thread-safe.
 */
public final class NativeBuffer {
    private final ByteBuffer bytes;
    private final long address;

    /** @param capacity size in bytes, above 0 */
    public NativeBuffer(int capacity) {
        bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
        address = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
    }

    /** The content, for reading and writing by absolute index. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Where the memory begins, for a native call; valid as long as this object is reachable. */
    public long address() {
        return address;
    }

    /** Size in bytes. */
    public int capacity() {
        return bytes.capacity();
    }
}
