package io.joulegram.nvml;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Memory outside the heap that C code fills: allocated once, zero at first. Not thread-safe. */
final class NativeBuffer {
    private final ByteBuffer bytes;
    private final long address;

    NativeBuffer(int size) {
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
    }

    /** Where the buffer begins. Valid as long as this object is reachable. */
    long address() {
        return address;
    }

    /** The address of one of its bytes. */
    long address(int offset) {
        return address + offset;
    }

    int size() {
        return bytes.capacity();
    }

    void fill(byte value) {
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, value);
        }
    }

    byte getByte(int offset) {
        return bytes.get(offset);
    }

    short getShort(int offset) {
        return bytes.getShort(offset);
    }

    int getInt(int offset) {
        return bytes.getInt(offset);
    }

    long getUnsignedInt(int offset) {
        return Integer.toUnsignedLong(bytes.getInt(offset));
    }

    long getLong(int offset) {
        return bytes.getLong(offset);
    }

    double getDouble(int offset) {
        return bytes.getDouble(offset);
    }

    void putInt(int offset, int value) {
        bytes.putInt(offset, value);
    }

    void putLong(int offset, long value) {
        bytes.putLong(offset, value);
    }

    /** The text up to the first NUL, or up to the length if there is none. */
    String getText(int offset, int length) {
        byte[] text = new byte[length];
        bytes.get(offset, text);
        int end = 0;
        while (end < length && text[end] != 0) {
            end++;
        }
        return new String(text, 0, end, StandardCharsets.UTF_8);
    }
}
