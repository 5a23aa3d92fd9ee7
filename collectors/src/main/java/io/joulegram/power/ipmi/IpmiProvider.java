package io.joulegram.power.ipmi;

import io.joulegram.ipmi.DcmiPowerMeter;
import io.joulegram.posix.Errno;
import io.joulegram.posix.PosixException;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The BMC's power meter as {@code platform}, device {@code ipmi}: the whole server at its power supply, GPUs included,
 * so it does not count towards the host's total.
 *
 * <p>Thread-safe.
 */
public final class IpmiProvider implements PowerSourceProvider {
    /** BMCs answer slowly, serve others too, and most have a new value once a second. */
    private static final long FASTEST_NANOS = Duration.ofSeconds(1).toNanos();

    private static final int TIMEOUT_MILLIS = 1_500;

    /** The largest figure of the protocol is 65535 W. */
    private static final double MAX_WATTS = 65_535;

    /** DCMI 1.5 leaves the accuracy to the platform; this is the project's default for an uncalibrated sensor. */
    private static final double GAIN_UNCERTAINTY_RATIO = 0.05;

    private final Path device;

    /** @param devRoot where the device files are, {@code /dev} */
    public IpmiProvider(Path devRoot) {
        device = devRoot.resolve("ipmi0");
    }

    @Override
    public String name() {
        return "ipmi";
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        DcmiPowerMeter meter;
        try {
            meter = DcmiPowerMeter.open(device);
        } catch (PosixException e) {
            throw new SourceUnavailableException(String.valueOf(e.getMessage()), fix(e.errno()));
        }
        int code = meter.read(TIMEOUT_MILLIS);
        if (code != 0) {
            meter.close();
            throw new SourceUnavailableException(
                    device + " gives no DCMI power reading: " + DcmiPowerMeter.errorName(code), "");
        }
        return List.of(new Bmc(meter));
    }

    private static String fix(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "modprobe ipmi_si ipmi_devintf (a virtual machine has no BMC)";
            case Errno.EACCES, Errno.EPERM -> "run joulegram as root or give its group /dev/ipmi0";
            default -> "";
        };
    }

    private static final class Bmc implements PowerSource {
        private static final List<Channel> CHANNELS =
                List.of(Channel.power(Domain.PLATFORM, "ipmi", Sensor.IPMI_DCMI, MAX_WATTS, 0, GAIN_UNCERTAINTY_RATIO));

        private final DcmiPowerMeter meter;

        Bmc(DcmiPowerMeter meter) {
            this.meter = meter;
        }

        @Override
        public String name() {
            return "ipmi";
        }

        @Override
        public List<Channel> channels() {
            return CHANNELS;
        }

        @Override
        public long fastestNanos() {
            return FASTEST_NANOS;
        }

        @Override
        public void read(Readings readings) {
            long before = System.nanoTime();
            int code = meter.read(TIMEOUT_MILLIS);
            if (code == 0) {
                readings.measured(0, before + (System.nanoTime() - before) / 2, meter.watts() * 1000L);
            } else {
                readings.failed(0, code);
            }
        }

        @Override
        public String errorName(int errorCode) {
            return DcmiPowerMeter.errorName(errorCode);
        }

        @Override
        public void close() {
            meter.close();
        }
    }
}
