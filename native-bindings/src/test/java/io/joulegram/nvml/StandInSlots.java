package io.joulegram.nvml;

/**
 * The 64-bit slots of the control file that steers the stand-in: the control's own, then those of each GPU. The C side
 * is compiled against a header made from these enums, so the two cannot differ.
 */
@SuppressWarnings("EnumOrdinal") // the order is the layout
final class StandInSlots {
    static final int MAX_SEGMENTS = 64;
    static final int MAX_PROCESSES = 32;
    static final int CLOCK_TYPES = 4;
    static final int MAX_MIG_INSTANCES = 7;

    private StandInSlots() {}

    /** A run of slots inside its group. */
    interface Slot {
        int length();

        int offset();

        String name();
    }

    enum Control implements Slot {
        GPU_COUNT,
        INIT_RETURN,
        INITIALIZATIONS,
        GPM_SAMPLES,
        VIRTUAL_NANOS,
        VIRTUAL_WALL_NANOS,
        DRIVER_VERSION(10),
        NVML_VERSION(10);

        private final int length;

        Control() {
            this(1);
        }

        Control(int length) {
            this.length = length;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int offset() {
            return offsetOf(values(), ordinal());
        }
    }

    enum Gpu implements Slot {
        SEGMENT_COUNT,
        SEGMENTS(MAX_SEGMENTS * Segment.values().length),
        COUNTER_ZERO_NANOS,
        COUNTER_OFFSET_MILLIJOULES,
        COUNTER_STEP_NANOS,
        COUNTER_COST_NANOS,
        COUNTER_FIELD_UNSUPPORTED,
        AVERAGE_SENSOR(Sensor.values().length),
        INSTANT_SENSOR(Sensor.values().length),
        USAGE_SENSOR(Sensor.values().length),
        MEMORY_POWER_SHARE_PPM,
        RETURN_ALL,
        RETURN_OPEN,
        RETURN_COUNTER,
        GARBAGE_POWER,
        GARBAGE_COUNTER,
        BLOCKED,
        BLOCKED_CALLS,
        SAMPLE_PERIOD_NANOS,
        SAMPLE_RING_LENGTH,
        NAME(12),
        UUID(12),
        SERIAL(4),
        PCI_BUS_ID(4),
        MINOR_NUMBER,
        ARCHITECTURE,
        COMPUTE_CAPABILITY_MAJOR,
        COMPUTE_CAPABILITY_MINOR,
        PERSISTENCE_MODE,
        MIG_MODE,
        MIG_MODE_PENDING,
        MIG_INSTANCES(MAX_MIG_INSTANCES * MigEntry.SLOTS),
        GPM_SUPPORTED,
        GPM_SM_PERMILLE,
        GPM_DRAM_PERMILLE,
        LIMIT_MILLIWATTS,
        MIN_LIMIT_MILLIWATTS,
        MAX_LIMIT_MILLIWATTS,
        DEFAULT_LIMIT_MILLIWATTS,
        ENFORCED_LIMIT_MILLIWATTS,
        GPU_UTILIZATION_PERCENT,
        MEMORY_UTILIZATION_PERCENT,
        MEMORY_TOTAL_BYTES,
        MEMORY_USED_BYTES,
        MEMORY_RESERVED_BYTES,
        CLOCKS_MEGAHERTZ(CLOCK_TYPES),
        TEMPERATURE_CELSIUS,
        THROTTLE_REASONS,
        PROCESS_COUNT,
        PROCESSES(MAX_PROCESSES * ProcessEntry.values().length);

        private final int length;

        Gpu() {
            this(1);
        }

        Gpu(int length) {
            this.length = length;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int offset() {
            return offsetOf(values(), ordinal());
        }
    }

    /** One waveform, in force from its start until the next one's. */
    enum Segment {
        START_NANOS,
        IDLE_MILLIWATTS,
        LOAD_MILLIWATTS,
        PERIOD_NANOS,
        BUSY_NANOS,
        PHASE_NANOS;

        /** Its place among the slots of one segment. */
        int slot() {
            return ordinal();
        }
    }

    enum Sensor {
        UPDATE_NANOS,
        WINDOW_NANOS,
        RETURN;

        /** Its place among the slots of one sensor. */
        int slot() {
            return ordinal();
        }
    }

    enum ProcessEntry {
        ID,
        MEMORY_BYTES,
        SM_PERCENT,
        GPU_INSTANCE,
        COMPUTE_INSTANCE;

        /** Its place among the slots of one process. */
        int slot() {
            return ordinal();
        }
    }

    /** A MIG instance; the UUID takes the rest of its slots. */
    enum MigEntry {
        /** 0 if there is no instance here. */
        SLICES,
        GPU_INSTANCE,
        COMPUTE_INSTANCE,
        MEMORY_MIB,
        USED_BYTES,
        SM_PERMILLE,
        DRAM_PERMILLE,
        UUID;

        static final int UUID_SLOTS = 8;
        static final int SLOTS = 7 + UUID_SLOTS;

        /** Its place among the slots of one instance. */
        int slot() {
            return ordinal();
        }
    }

    static int controlSlots() {
        return offsetOf(Control.values(), Control.values().length);
    }

    static int gpuSlots() {
        return offsetOf(Gpu.values(), Gpu.values().length);
    }

    /** The names and numbers of all slots as a C header. */
    static String header() {
        StringBuilder header = new StringBuilder("/* Made from io.joulegram.nvml.StandInSlots. */\n#pragma once\n");
        for (Slot slot : Control.values()) {
            define(header, slot.name(), slot.offset());
        }
        for (Slot slot : Gpu.values()) {
            define(header, slot.name(), slot.offset());
        }
        parts(header, "SEGMENT", Segment.values());
        parts(header, "SENSOR", Sensor.values());
        parts(header, "PROCESS", ProcessEntry.values());
        define(header, "CONTROL_SLOTS", controlSlots());
        define(header, "GPU_SLOTS", gpuSlots());
        define(header, "CLOCK_TYPES", CLOCK_TYPES);
        for (MigEntry part : MigEntry.values()) {
            define(header, "MIG_" + part.name(), part.ordinal());
        }
        define(header, "MIG_SLOTS", MigEntry.SLOTS);
        define(header, "MAX_MIG_INSTANCES", MAX_MIG_INSTANCES);
        return header.toString();
    }

    private static void parts(StringBuilder header, String prefix, Enum<?>[] parts) {
        for (Enum<?> part : parts) {
            define(header, prefix + "_" + part.name(), part.ordinal());
        }
        define(header, prefix + "_SLOTS", parts.length);
    }

    private static void define(StringBuilder header, String name, int value) {
        header.append("#define ").append(name).append(' ').append(value).append('\n');
    }

    private static int offsetOf(Slot[] slots, int index) {
        int offset = 0;
        for (int i = 0; i < index; i++) {
            offset += slots[i].length();
        }
        return offset;
    }
}
