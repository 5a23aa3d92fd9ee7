package io.joulegram.agent.carbon;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.grid.GridIntensity;
import io.joulegram.host.HostHardware;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Grams of CO2e by device: of energy, slice by slice with the intensity that holds then, and of the making of the
 * devices, as it falls due.
 *
 * <p>Embodied grams do not depend on the grid; they carry the basis {@value #LOCATION}, whatever the headline is, so that
 * one selector gives the total of both scopes. Owned by the accounting thread.
 */
public final class CarbonBook {
    /** Basis of grams by the average intensity of the place. */
    public static final String LOCATION = "location";

    /** Basis of grams by the intensity of what is bought under contract. */
    public static final String MARKET = "market";

    /** Basis of grams by the intensity of the plants that follow the load; never part of an inventory. */
    public static final String MARGINAL = "marginal";

    /** Scope of grams from energy. */
    public static final String OPERATIONAL = "operational";

    /** Scope of grams from the making of the devices. */
    public static final String EMBODIED = "embodied";

    private static final double KWH_PER_MICROJOULE = 1 / 3.6e12;

    /** Where grams are booked. */
    private record Key(String scope, Component component, String device, String basis) {
        static final Comparator<Key> ORDER = Comparator.comparing(Key::scope)
                .thenComparing(Key::basis)
                .thenComparing(Key::component)
                .thenComparing(Key::device);
    }

    /** Grams of one device. */
    public record Grams(String scope, Component component, String device, String basis, double grams) {}

    private EmbodiedInventory inventory;
    private final OriginBook origins = new OriginBook();
    private final Map<Key, CompensatedSum> books = new TreeMap<>(Key.ORDER);

    private List<GpuInfo> seenGpus = List.of();
    private List<EmbodiedDevice> devices = List.of();
    private List<EmbodiedRate> rates = List.of();
    private List<LedgerDevice> ledgerDevices = List.of();

    /** @param inventory tells the devices whose making is amortized */
    public CarbonBook(EmbodiedInventory inventory) {
        this.inventory = inventory;
        takeStock();
    }

    /** Takes in which GPUs there are. */
    public void noteGpus(Collection<GpuInfo> gpus) {
        if (!seenGpus.equals(List.copyOf(gpus))) {
            seenGpus = List.copyOf(gpus);
            takeStock();
        }
    }

    /** Takes in what was found out of the host. */
    public void noteHardware(HostHardware hardware) {
        inventory = inventory.with(hardware);
        takeStock();
    }

    private void takeStock() {
        devices = inventory.devices(seenGpus);
        ledgerDevices = devices.stream().map(EmbodiedDevice::forLedger).toList();
    }

    /** A slice of time begins in which devices work as much as this. */
    public void beginSlice(Utilization utilization) {
        rates = devices.stream()
                .map(device -> device.rate(inventory.amortizationFactor(device, utilization)))
                .toList();
    }

    /** How fast the making of each device falls due in the slice that has begun. */
    public List<EmbodiedRate> rates() {
        return rates;
    }

    /** The devices whose making is amortized. */
    public List<EmbodiedDevice> devices() {
        return devices;
    }

    /**
     * Books the slice of time that {@link #beginSlice} began.
     *
     * @param intensities that held in it, by basis
     */
    public void book(long elapsedNanos, List<DeviceSlice> parts, Map<String, GridIntensity> intensities) {
        origins.book(parts, intensities.get(LOCATION));
        intensities.forEach((basis, intensity) -> {
            double gramsPerMicrojoule = intensity.gramsPerKwh() * KWH_PER_MICROJOULE;
            for (DeviceSlice part : parts) {
                add(OPERATIONAL, part.component(), part.device(), basis, part.microjoules() * gramsPerMicrojoule);
            }
        });
        for (EmbodiedRate rate : rates) {
            add(EMBODIED, rate.component(), rate.device(), LOCATION, rate.gramsPerNano() * elapsedNanos);
        }
    }

    private void add(String scope, Component component, String device, String basis, double grams) {
        books.computeIfAbsent(new Key(scope, component, device, basis), key -> new CompensatedSum())
                .add(grams);
    }

    /** Grams since the start. */
    public List<Grams> grams() {
        return books.entrySet().stream()
                .map(entry -> new Grams(
                        entry.getKey().scope,
                        entry.getKey().component,
                        entry.getKey().device,
                        entry.getKey().basis,
                        entry.getValue().value()))
                .toList();
    }

    /** Facility energy since the start by where the grid's electricity comes from. */
    public OriginBook origins() {
        return origins;
    }

    /** The devices whose making is amortized, as the ledger keeps them; the same list until they change. */
    public List<LedgerDevice> ledgerDevices() {
        return ledgerDevices;
    }
}
