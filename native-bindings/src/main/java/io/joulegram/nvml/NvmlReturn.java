package io.joulegram.nvml;

/**
 * The codes that NVML calls return ({@code nvmlReturn_t} in nvml.h), as they are: an open set of ints, since a newer
 * driver may return a newer code.
 */
public final class NvmlReturn {
    /** The call worked. */
    public static final int SUCCESS = 0;
    /** NVML is not initialized, or was shut down. */
    public static final int UNINITIALIZED = 1;
    /** An argument is out of range, or the device handle is not valid. */
    public static final int INVALID_ARGUMENT = 2;
    /** The device does not have this. */
    public static final int NOT_SUPPORTED = 3;
    /** The user may not do this. */
    public static final int NO_PERMISSION = 4;
    /** NVML was already initialized. */
    public static final int ALREADY_INITIALIZED = 5;
    /** There is no such object, or nothing new since the last time. */
    public static final int NOT_FOUND = 6;
    /** The caller's buffer is too small. */
    public static final int INSUFFICIENT_SIZE = 7;
    /** A power cable of the device is missing. */
    public static final int INSUFFICIENT_POWER = 8;
    /** The kernel driver is not loaded. */
    public static final int DRIVER_NOT_LOADED = 9;
    /** The call took too long. */
    public static final int TIMEOUT = 10;
    /** The kernel found a fault with the device's interrupts. */
    public static final int IRQ_ISSUE = 11;
    /** The library, or one that it needs, could not be loaded. */
    public static final int LIBRARY_NOT_FOUND = 12;
    /** This version of the library does not have the function. */
    public static final int FUNCTION_NOT_FOUND = 13;
    /** The device's infoROM is corrupted. */
    public static final int CORRUPTED_INFOROM = 14;
    /** The device fell off the bus, or cannot be reached. */
    public static final int GPU_IS_LOST = 15;
    /** The device must be reset before it works again. */
    public static final int RESET_REQUIRED = 16;
    /** The operating system, or a cgroup, took the device away. */
    public static final int OPERATING_SYSTEM = 17;
    /** The library and the kernel driver are of different versions. */
    public static final int LIB_RM_VERSION_MISMATCH = 18;
    /** The device is in use. */
    public static final int IN_USE = 19;
    /** Out of memory. */
    public static final int MEMORY = 20;
    /** There is no data. */
    public static final int NO_DATA = 21;
    /** Not possible on a vGPU host with ECC. */
    public static final int VGPU_ECC_NOT_SUPPORTED = 22;
    /** A resource other than memory has run out. */
    public static final int INSUFFICIENT_RESOURCES = 23;
    /** The clock frequency is not supported. */
    public static final int FREQ_NOT_SUPPORTED = 24;
    /** The version of a structure is not known to this library. */
    public static final int ARGUMENT_VERSION_MISMATCH = 25;
    /** The function is gone. */
    public static final int DEPRECATED = 26;
    /** The device is not ready yet. */
    public static final int NOT_READY = 27;
    /** There is no GPU. */
    public static final int GPU_NOT_FOUND = 28;
    /** The device is in the wrong state for this. */
    public static final int INVALID_STATE = 29;
    /** This type of reset is not supported. */
    public static final int RESET_TYPE_NOT_SUPPORTED = 30;
    /** An error inside the driver. */
    public static final int UNKNOWN = 999;

    private NvmlReturn() {}

    /**
     * Whether a code says that this device, or this version of the driver, does not have what was asked for, and will
     * not have it the next time either.
     */
    public static boolean isAbsent(int code) {
        return code == NOT_SUPPORTED
                || code == FUNCTION_NOT_FOUND
                || code == ARGUMENT_VERSION_MISMATCH
                || code == DEPRECATED;
    }

    /**
     * The name of a code, without the prefix {@code NVML_ERROR_}: {@code GPU_IS_LOST}. Codes that this version does not
     * know are all {@code UNRECOGNIZED}, so that the names are a bounded set.
     */
    public static String name(int code) {
        return switch (code) {
            case SUCCESS -> "SUCCESS";
            case UNINITIALIZED -> "UNINITIALIZED";
            case INVALID_ARGUMENT -> "INVALID_ARGUMENT";
            case NOT_SUPPORTED -> "NOT_SUPPORTED";
            case NO_PERMISSION -> "NO_PERMISSION";
            case ALREADY_INITIALIZED -> "ALREADY_INITIALIZED";
            case NOT_FOUND -> "NOT_FOUND";
            case INSUFFICIENT_SIZE -> "INSUFFICIENT_SIZE";
            case INSUFFICIENT_POWER -> "INSUFFICIENT_POWER";
            case DRIVER_NOT_LOADED -> "DRIVER_NOT_LOADED";
            case TIMEOUT -> "TIMEOUT";
            case IRQ_ISSUE -> "IRQ_ISSUE";
            case LIBRARY_NOT_FOUND -> "LIBRARY_NOT_FOUND";
            case FUNCTION_NOT_FOUND -> "FUNCTION_NOT_FOUND";
            case CORRUPTED_INFOROM -> "CORRUPTED_INFOROM";
            case GPU_IS_LOST -> "GPU_IS_LOST";
            case RESET_REQUIRED -> "RESET_REQUIRED";
            case OPERATING_SYSTEM -> "OPERATING_SYSTEM";
            case LIB_RM_VERSION_MISMATCH -> "LIB_RM_VERSION_MISMATCH";
            case IN_USE -> "IN_USE";
            case MEMORY -> "MEMORY";
            case NO_DATA -> "NO_DATA";
            case VGPU_ECC_NOT_SUPPORTED -> "VGPU_ECC_NOT_SUPPORTED";
            case INSUFFICIENT_RESOURCES -> "INSUFFICIENT_RESOURCES";
            case FREQ_NOT_SUPPORTED -> "FREQ_NOT_SUPPORTED";
            case ARGUMENT_VERSION_MISMATCH -> "ARGUMENT_VERSION_MISMATCH";
            case DEPRECATED -> "DEPRECATED";
            case NOT_READY -> "NOT_READY";
            case GPU_NOT_FOUND -> "GPU_NOT_FOUND";
            case INVALID_STATE -> "INVALID_STATE";
            case RESET_TYPE_NOT_SUPPORTED -> "RESET_TYPE_NOT_SUPPORTED";
            case UNKNOWN -> "UNKNOWN";
            default -> "UNRECOGNIZED";
        };
    }
}
