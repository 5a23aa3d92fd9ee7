package io.joulegram.nvml;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.joulegram.nvml.StandInSlots.Control;
import io.joulegram.nvml.StandInSlots.Gpu;
import io.joulegram.nvml.StandInSlots.Slot;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The mapped control file. Slots are written and read with volatile semantics, the C side's being the same. */
final class StandInControl {
    private static final VarHandle SLOTS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer bytes;

    private StandInControl(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Makes a new file, all zero; who has mapped an older one under this name keeps that. */
    static StandInControl create(Path file, int gpus) throws IOException {
        Files.deleteIfExists(file);
        long slots = StandInSlots.controlSlots() + (long) gpus * StandInSlots.gpuSlots();
        try (FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE)) {
            StandInControl control = new StandInControl(channel.map(MapMode.READ_WRITE, 0, slots * Long.BYTES));
            control.set(Control.GPU_COUNT, gpus);
            return control;
        }
    }

    static StandInControl attach(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            return new StandInControl(channel.map(MapMode.READ_WRITE, 0, channel.size()));
        }
    }

    /** The time at which the library stands, or that of this host. */
    long nanos() {
        long set = get(Control.VIRTUAL_NANOS);
        return set != 0 ? set : System.nanoTime();
    }

    long get(Control slot) {
        return (long) SLOTS.getVolatile(bytes, slot.offset() * Long.BYTES);
    }

    void set(Control slot, long value) {
        SLOTS.setVolatile(bytes, slot.offset() * Long.BYTES, value);
    }

    void text(Control slot, String text) {
        putText(slot.offset(), slot, text);
    }

    long get(int gpu, Gpu slot, int part) {
        return (long) SLOTS.getVolatile(bytes, (base(gpu, slot) + part) * Long.BYTES);
    }

    void set(int gpu, Gpu slot, int part, long value) {
        SLOTS.setVolatile(bytes, (base(gpu, slot) + part) * Long.BYTES, value);
    }

    void clear(int gpu) {
        int from = StandInSlots.controlSlots() + gpu * StandInSlots.gpuSlots();
        bytes.put(from * Long.BYTES, new byte[StandInSlots.gpuSlots() * Long.BYTES]);
    }

    void text(int gpu, Gpu slot, String text) {
        putText(base(gpu, slot), slot, text);
    }

    void text(int gpu, Gpu slot, int part, int length, String text) {
        putText(base(gpu, slot) + part, length, text);
    }

    private void putText(int base, Slot slot, String text) {
        putText(base, slot.length(), text);
    }

    private void putText(int base, int length, String text) {
        byte[] padded = new byte[length * Long.BYTES];
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length >= padded.length) {
            throw new IllegalArgumentException(text + " is longer than " + (padded.length - 1) + " characters");
        }
        System.arraycopy(ascii, 0, padded, 0, ascii.length);
        bytes.put(base * Long.BYTES, padded);
    }

    private static int base(int gpu, Gpu slot) {
        return StandInSlots.controlSlots() + gpu * StandInSlots.gpuSlots() + slot.offset();
    }
}
