package io.joulegram.amdsmi;

/** The C prototypes; a {@code long} is a handle, an address or a 64-bit number. */
final class Prototypes {
    private Prototypes() {}

    static native int amdsmi_init(long flags);

    static native int amdsmi_shut_down();

    static native int amdsmi_get_socket_handles(long count, long handles);

    static native int amdsmi_get_processor_handles(long socket, long count, long handles);

    static native int amdsmi_get_gpu_device_bdf(long processor, long bdf);

    static native int amdsmi_get_energy_count(long processor, long count, long resolution, long timestamp);
}
