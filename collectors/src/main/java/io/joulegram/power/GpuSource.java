package io.joulegram.power;

import org.jspecify.annotations.Nullable;

/** A GPU as a power source, with what else its users want to know of it. */
public interface GpuSource extends PowerSource {
    /** Who the GPU is; never changes. Any thread. */
    GpuInfo info();

    /** The state at the last {@link #refresh()}; null before the first, and after one that failed. Any thread. */
    @Nullable
    GpuTelemetry telemetry();

    /** Who used it up to the last {@link #refresh()}; null if that is not known. Any thread. */
    default @Nullable GpuActivity activity() {
        return null;
    }
}
