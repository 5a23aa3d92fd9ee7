package io.joulegram.power.constant;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;

/** The rest of the server (fans, boards, disks, losses of the power supply) as a constant that the operator gives. */
public final class ConstantProvider implements PowerSourceProvider {
    private static final double GAIN_UNCERTAINTY_RATIO = 0.30;

    private final long milliwatts;

    /**
     * @param watts the constant, above 0
     * @throws IllegalArgumentException if it is not above 0
     */
    public ConstantProvider(double watts) {
        if (!(watts > 0)) {
            throw new IllegalArgumentException(watts + " W is not a constant power: must be above 0");
        }
        milliwatts = Math.round(watts * 1e3);
    }

    @Override
    public String name() {
        return "constant";
    }

    @Override
    public List<PowerSource> open() {
        return List.of(new Constant());
    }

    private final class Constant implements PowerSource {
        private final List<Channel> channels =
                List.of(Channel.power(Domain.OTHER, "0", Sensor.CONSTANT, milliwatts / 1e3, 0, GAIN_UNCERTAINTY_RATIO));

        @Override
        public String name() {
            return "constant";
        }

        @Override
        public List<Channel> channels() {
            return channels;
        }

        @Override
        public void read(Readings readings) {
            readings.measured(0, System.nanoTime(), milliwatts);
        }

        @Override
        public String errorName(int errorCode) {
            return "NONE";
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
