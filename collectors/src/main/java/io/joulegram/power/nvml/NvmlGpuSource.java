package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlFieldValues;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.Channel;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.Readings;
import io.joulegram.power.Remark;
import io.joulegram.power.SourceClock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One GPU. What NVML answers is passed on as it is: a value that cannot be true is for the integrator to refuse, and an
 * error is told again at each reading for as long as it lasts.
 */
public final class NvmlGpuSource implements GpuSource {
    private static final long NEVER = Long.MIN_VALUE;

    private final NvmlSession session;
    private final SourceClock clock;
    private final NvmlDevice device;
    private final GpuInfo info;
    private final NvmlChannels channels;
    private final NvmlFieldValues fields;
    private final int fieldCount;
    private final @Nullable RingReader ring;
    private final NvmlTelemetry telemetryReader;
    private final NvmlActivity activityReader;
    private long counterReadNanos = NEVER;
    private boolean historyWanted;
    private volatile @Nullable GpuTelemetry telemetry;
    private volatile @Nullable GpuActivity activity;
    private boolean closed;

    private NvmlGpuSource(
            NvmlSession session, NvmlDevice device, GpuInfo info, NvmlChannels channels, SourceClock clock) {
        this.session = session;
        this.clock = clock;
        this.device = device;
        this.info = info;
        this.channels = channels;
        fields = device.fieldValues(channels.fields());
        fieldCount = channels.fields().size();
        int ringChannel = channels.ringChannel();
        ring = ringChannel == NvmlChannels.NONE
                ? null
                : new RingReader(
                        device.powerRing(),
                        ringChannel,
                        channels.channels().get(ringChannel).cadenceNanos(),
                        clock);
        telemetryReader = new NvmlTelemetry(device);
        activityReader = new NvmlActivity(device);
    }

    /**
     * Opens a GPU and asks it what it has.
     *
     * @throws NvmlException if it cannot be opened, or does not tell who it is
     */
    static NvmlGpuSource open(NvmlSession session, NvmlDevice device, GpuInfo info, SourceClock clock, boolean sparing)
            throws NvmlException {
        NvmlGpuSource source =
                new NvmlGpuSource(session, device, info, NvmlChannels.probe(device, info.device(), sparing), clock);
        session.acquire();
        return source;
    }

    /** The name of the source of a GPU. */
    static String nameOf(GpuInfo info) {
        return "nvml:" + info.device();
    }

    @Override
    public String name() {
        return nameOf(info);
    }

    @Override
    public GpuInfo info() {
        return info;
    }

    @Override
    public List<Channel> channels() {
        return channels.channels();
    }

    @Override
    public void read(Readings readings) {
        if (fieldCount > 0) {
            readFields(readings);
        }
        if (channels.energyFunctionChannel() != NvmlChannels.NONE) {
            readCounter(readings, channels.energyFunctionChannel());
        }
        if (channels.usageFunctionChannel() != NvmlChannels.NONE) {
            long before = clock.nanos();
            int code = device.readPowerUsage();
            note(
                    readings,
                    channels.usageFunctionChannel(),
                    code,
                    clock.halfwaySince(before),
                    device.powerUsageMilliwatts());
        }
        if (ring != null && historyWanted) {
            ring.read(readings);
        }
    }

    private void readCounter(Readings readings, int channel) {
        long before = clock.nanos();
        long cadenceNanos = channels.channels().get(channel).cadenceNanos();
        if (cadenceNanos > 0 && counterReadNanos != NEVER && before - counterReadNanos < cadenceNanos) {
            return;
        }
        counterReadNanos = before;
        int code = device.readEnergy();
        note(readings, channel, code, clock.halfwaySince(before), device.energyMillijoules());
    }

    /** What calls on this GPU cost; takes seconds. */
    public List<NvmlCallCost> callCosts() {
        return NvmlCallCost.of(device);
    }

    @Override
    public void wantHistory(boolean wanted) {
        historyWanted = wanted;
    }

    @Override
    public void refresh() {
        try {
            GpuTelemetry now = telemetryReader.read();
            telemetry = now;
            activity = activityReader.read(now.processes());
        } catch (NvmlException e) {
            // The next reading of the channels tells the same, and that is where it is counted.
            telemetry = null;
            activity = null;
        }
    }

    @Override
    public @Nullable GpuTelemetry telemetry() {
        return telemetry;
    }

    @Override
    public @Nullable GpuActivity activity() {
        return activity;
    }

    @Override
    public List<Remark> remarks() {
        return NvmlRemarks.of(device);
    }

    @Override
    public String errorName(int errorCode) {
        return NvmlReturn.name(errorCode);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            activityReader.close();
            session.release();
        }
    }

    /** Field n is channel n. */
    private void readFields(Readings readings) {
        long before = clock.nanos();
        fields.read();
        long atNanos = clock.halfwaySince(before);
        for (int i = 0; i < fieldCount; i++) {
            note(readings, i, fields.returnCode(i), atNanos, fields.value(i));
        }
    }

    private static void note(Readings readings, int channel, int code, long atNanos, long value) {
        if (code == NvmlReturn.SUCCESS) {
            readings.measured(channel, atNanos, value);
        } else if (NvmlReturn.isAbsent(code)) {
            readings.unsupported(channel);
        } else {
            readings.failed(channel, code);
        }
    }
}
