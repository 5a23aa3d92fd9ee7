package io.joulegram.ipmi;

import io.joulegram.posix.DeviceFile;
import io.joulegram.posix.NativeBuffer;

/** The calls to the kernel's IPMI device; a seam for tests, since no test has a BMC. */
interface IpmiPort extends AutoCloseable {
    /** As {@link DeviceFile#control}. */
    int control(long request, NativeBuffer argument);

    /** As {@link DeviceFile#awaitReadable}. */
    int awaitReadable(int timeoutMillis);

    @Override
    void close();

    /** The device itself. */
    static IpmiPort of(DeviceFile device) {
        return new IpmiPort() {
            @Override
            public int control(long request, NativeBuffer argument) {
                return device.control(request, argument);
            }

            @Override
            public int awaitReadable(int timeoutMillis) {
                return device.awaitReadable(timeoutMillis);
            }

            @Override
            public void close() {
                device.close();
            }
        };
    }
}
