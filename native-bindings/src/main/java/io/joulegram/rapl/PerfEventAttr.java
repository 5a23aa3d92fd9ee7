package io.joulegram.rapl;

import io.joulegram.posix.NativeBuffer;

/**
 * {@code struct perf_event_attr} of {@code include/uapi/linux/perf_event.h}, in its first published size ({@code
 * PERF_ATTR_SIZE_VER0}), which every kernel takes.
 */
final class PerfEventAttr {
    static final int TYPE_OFFSET = 0;
    static final int SIZE_OFFSET = 4;
    static final int CONFIG_OFFSET = 8;
    static final int SIZE = 64;

    private PerfEventAttr() {}

    /** An event that counts from the moment it is opened; all other fields are 0, as the PMU demands. */
    static NativeBuffer counting(int type, long config) {
        NativeBuffer attributes = new NativeBuffer(SIZE);
        attributes.bytes().putInt(TYPE_OFFSET, type);
        attributes.bytes().putInt(SIZE_OFFSET, SIZE);
        attributes.bytes().putLong(CONFIG_OFFSET, config);
        return attributes;
    }
}
