package io.joulegram.agent;

import io.joulegram.agent.energy.CounterReading;
import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.Meter;
import io.joulegram.agent.energy.MeterStream;
import io.joulegram.agent.ledger.CounterMark;
import io.joulegram.agent.ledger.CounterRecovery;
import io.joulegram.agent.ledger.WallClock;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuSource;
import io.joulegram.power.Quantity;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The raw values of the hardware energy counters, as an agent leaves them to the one that comes after it. */
final class CounterMarks {
    /** Energy that a counter tells of a time without an agent. */
    record Recovered(Component component, String device, String sensor, long microjoules) {}

    /** Counters that go on while nobody reads them; those of perf events begin when they are opened. */
    private static final Set<Sensor> LASTING = EnumSet.of(Sensor.NVML_ENERGY, Sensor.RAPL_POWERCAP, Sensor.RAPL_MSR);

    private final EnergyBook book;
    private final Optional<String> bootId;
    private final WallClock wall;

    CounterMarks(EnergyBook book, Optional<String> bootId, WallClock wall) {
        this.book = book;
        this.bootId = bootId;
        this.wall = wall;
    }

    /** As they stood at an instant up to which their energy is booked. */
    List<CounterMark> at(long nanos) {
        return marks(meter -> meter.countAt(nanos));
    }

    /** As they stood when this agent first read them. */
    List<CounterMark> atBegin() {
        return marks(meter -> meter.bestStream().epochStart());
    }

    private List<CounterMark> marks(Function<Meter, Optional<CounterReading>> reading) {
        List<CounterMark> marks = new ArrayList<>();
        for (EnergyBook.Entry entry : book.entries()) {
            Component component = entry.meter().domain().component();
            if (component != null && entry.meter().startNanos() != Long.MIN_VALUE) {
                marks.add(mark(component, entry, reading));
            }
        }
        return marks;
    }

    private CounterMark mark(
            Component component, EnergyBook.Entry entry, Function<Meter, Optional<CounterReading>> reading) {
        Meter meter = entry.meter();
        MeterStream stream = meter.bestStream();
        Optional<CounterReading> read =
                stream.channel().quantity() == Quantity.ENERGY ? reading.apply(meter) : Optional.empty();
        long nowMillis = wall.millisAt(System.nanoTime());
        return new CounterMark(
                component,
                meter.device(),
                stream.channel().sensor().label(),
                read.isPresent() ? identity(entry, stream) : "",
                read.map(CounterReading::count).orElse(0L),
                stream.channel().microjoulesPerCount(),
                read.map(CounterReading::atNanos).map(wall::millisAt).orElse(nowMillis));
    }

    private String identity(EnergyBook.Entry entry, MeterStream stream) {
        if (bootId.isEmpty() || !LASTING.contains(stream.channel().sensor())) {
            return "";
        }
        String boot = "boot=" + bootId.get();
        if (entry.sampler().source() instanceof GpuSource gpu) {
            GpuInfo info = gpu.info();
            return boot + " driver=" + info.driver() + " uuid=" + info.uuid();
        }
        return boot;
    }

    /** Whether every device of which there is a mark has been read. */
    boolean haveBegun(List<CounterMark> marks) {
        List<CounterMark> begun = atBegin();
        return marks.stream()
                .filter(mark -> !mark.identity().isEmpty())
                .allMatch(mark -> begun.stream().anyMatch(now -> isSameDevice(mark, now)));
    }

    /** What the counters tell of the time since an earlier agent's marks; what cannot be told is not in it. */
    List<Recovered> since(List<CounterMark> marks) {
        List<Recovered> recovered = new ArrayList<>();
        for (CounterMark now : atBegin()) {
            for (CounterMark before : marks) {
                if (isSameDevice(before, now)) {
                    recovery(now)
                            .microjoules(before, now)
                            .ifPresent(energy ->
                                    recovered.add(new Recovered(now.component(), now.device(), now.sensor(), energy)));
                }
            }
        }
        return recovered;
    }

    private CounterRecovery recovery(CounterMark mark) {
        for (EnergyBook.Entry entry : book.entries()) {
            Meter meter = entry.meter();
            if (meter.domain().component() == mark.component() && meter.device().equals(mark.device())) {
                var channel = meter.bestStream().channel();
                return new CounterRecovery(channel.modulusCounts(), channel.maxWatts());
            }
        }
        return new CounterRecovery(0, 0);
    }

    private static boolean isSameDevice(CounterMark a, CounterMark b) {
        return a.component() == b.component() && a.device().equals(b.device());
    }
}
