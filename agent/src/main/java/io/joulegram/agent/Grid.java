package io.joulegram.agent;

import io.joulegram.agent.carbon.CarbonBook;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.Nearest;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Downtime;
import io.joulegram.grid.CloudRegions;
import io.joulegram.grid.ElectricityMapsProvider;
import io.joulegram.grid.GridIntensity;
import io.joulegram.grid.GridPlace;
import io.joulegram.grid.IntensityFeed;
import io.joulegram.grid.IntensityProvider;
import io.joulegram.grid.TraceProvider;
import io.joulegram.grid.UkIntensityProvider;
import io.joulegram.grid.WattTimeProvider;
import io.joulegram.grid.YearlyIntensities;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The carbon intensities that a configuration asks for, by basis and time: a fixed figure, or a chain of live providers
 * with the yearly table at its end. Thread-safe.
 */
final class Grid implements Downtime.Intensities, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Grid.class);
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration FIRST_PATIENCE = Duration.ofMillis(500);

    private final Map<String, IntensityFeed> feeds;
    private final String headline;

    private Grid(Map<String, IntensityFeed> feeds, String headline) {
        this.feeds = feeds;
        this.headline = headline;
    }

    /**
     * The grid of a configuration.
     *
     * @param clients gives the client for an address
     * @throws IllegalArgumentException if a place is in no table; the message names the nearest that is
     */
    static Grid of(AgentConfig.Grid grid, Function<URI, HttpClient> clients) {
        Map<String, IntensityFeed> feeds = new TreeMap<>();
        Optional<String> zone = zone(grid);
        location(grid, zone, clients).ifPresent(feed -> feeds.put(CarbonBook.LOCATION, feed));
        fixed(CarbonBook.MARKET, grid.marketIntensity(), "average")
                .ifPresent(feed -> feeds.put(CarbonBook.MARKET, feed));
        marginal(grid, clients).ifPresent(feed -> feeds.put(CarbonBook.MARGINAL, feed));
        return new Grid(feeds, grid.headline().label());
    }

    /** The headline's figure of now as far as it is known without asking anybody; empty if it is not. */
    static Optional<GridIntensity> headlineNow(AgentConfig.Grid config) {
        HttpClients clients = new HttpClients();
        try (Grid grid = of(config, clients::of)) {
            return Optional.ofNullable(grid.at(Instant.now()).get(grid.headline()));
        }
    }

    private static Optional<String> zone(AgentConfig.Grid grid) {
        if (grid.zone().isPresent() || grid.cloudRegion().isEmpty()) {
            return grid.zone();
        }
        String name = grid.cloudRegion().get();
        CloudRegions regions = CloudRegions.load();
        String zone = regions.find(name)
                .orElseThrow(() -> new IllegalArgumentException("grid.cloud-region: \"" + name
                        + "\" is no region that is known: must be one such as aws:eu-central-1, azure:westeurope or"
                        + " gcp:europe-west4" + Nearest.suggestion(name, regions.names())));
        if (zone.isEmpty()) {
            throw new IllegalArgumentException("grid.cloud-region: the grid zone of \"" + name
                    + "\" is not known: set grid.zone or grid.intensity instead");
        }
        return Optional.of(zone);
    }

    private static Optional<IntensityFeed> location(
            AgentConfig.Grid grid, Optional<String> zone, Function<URI, HttpClient> clients) {
        Optional<IntensityFeed> fixed = fixed(CarbonBook.LOCATION, grid.intensity(), "average");
        if (fixed.isPresent()) {
            return fixed;
        }
        List<IntensityProvider> providers = new ArrayList<>();
        for (AgentConfig.Grid.Provider provider : grid.providers()) {
            switch (provider) {
                case ELECTRICITY_MAPS ->
                    providers.add(
                            electricityMaps(grid.electricityMaps(), place(grid, zone, "electricity-maps"), clients));
                case UK -> providers.add(new UkIntensityProvider(clients.apply(grid.ukUrl()), TIMEOUT, grid.ukUrl()));
                case TRACE -> providers.add(new TraceProvider(grid.traceFile().orElseThrow(), zone.orElse("trace")));
                case WATTTIME -> {}
            }
        }
        Optional<GridIntensity> yearly = yearly(zone, providers.isEmpty());
        if (providers.isEmpty() && yearly.isEmpty()) {
            return Optional.empty();
        }
        if (yearly.isEmpty()) {
            LOG.warn("no yearly intensity stands behind {}: set grid.zone", grid.providers());
        }
        return Optional.of(feed(CarbonBook.LOCATION, providers, yearly, grid.maxAge()));
    }

    private static Optional<GridIntensity> yearly(Optional<String> zone, boolean needed) {
        if (zone.isEmpty()) {
            return Optional.empty();
        }
        YearlyIntensities table = YearlyIntensities.load();
        Optional<GridIntensity> figure = table.find(zone.get());
        if (figure.isEmpty() && needed) {
            throw new IllegalArgumentException("grid.zone: \"" + zone.get()
                    + "\" is in no table of yearly intensity: must be a zone of Electricity Maps (DE, US-CAL-CISO), an"
                    + " ISO country code, eGRID:CODE or WORLD" + Nearest.suggestion(zone.get(), table.zones()));
        }
        return figure;
    }

    private static IntensityProvider electricityMaps(
            AgentConfig.Grid.ElectricityMaps settings, GridPlace place, Function<URI, HttpClient> clients) {
        return new ElectricityMapsProvider(
                clients.apply(settings.url()),
                TIMEOUT,
                settings.url(),
                settings.token().orElseThrow(),
                place,
                settings.boundary());
    }

    private static Optional<IntensityFeed> marginal(AgentConfig.Grid grid, Function<URI, HttpClient> clients) {
        Optional<IntensityFeed> fixed = fixed(CarbonBook.MARGINAL, grid.marginalIntensity(), "marginal");
        if (fixed.isPresent() || !grid.providers().contains(AgentConfig.Grid.Provider.WATTTIME)) {
            return fixed;
        }
        AgentConfig.Grid.WattTime settings = grid.wattTime();
        IntensityProvider provider = new WattTimeProvider(
                clients.apply(settings.url()),
                TIMEOUT,
                settings.url(),
                settings.username().orElseThrow(),
                settings.password().orElseThrow(),
                place(grid, settings.region(), "watttime"));
        return Optional.of(feed(CarbonBook.MARGINAL, List.of(provider), Optional.empty(), grid.maxAge()));
    }

    private static GridPlace place(AgentConfig.Grid grid, Optional<String> zone, String provider) {
        if (zone.isPresent()) {
            return GridPlace.ofZone(zone.get());
        }
        if (grid.latitude().isPresent() && grid.longitude().isPresent()) {
            return GridPlace.at(grid.latitude().getAsDouble(), grid.longitude().getAsDouble());
        }
        throw new IllegalArgumentException("grid.providers: " + provider
                + " must know where the machine is: set its zone or region, or grid.latitude and grid.longitude");
    }

    private static Optional<IntensityFeed> fixed(String basis, OptionalDouble gramsPerKwh, String signal) {
        return gramsPerKwh.isPresent()
                ? Optional.of(IntensityFeed.constant(basis, GridIntensity.fixed(gramsPerKwh.getAsDouble(), signal)))
                : Optional.empty();
    }

    private static IntensityFeed feed(
            String basis, List<IntensityProvider> providers, Optional<GridIntensity> yearly, Duration maxAge) {
        return new IntensityFeed(basis, providers, yearly, maxAge, InstantSource.system(), new SplittableRandom());
    }

    /** Begins to ask live providers. */
    void start() {
        feeds.values().forEach(IntensityFeed::start);
    }

    /** Waits for the first answers for a moment at most, so that what is used from the start on has its intensity. */
    void awaitFirst() {
        feeds.values().forEach(feed -> feed.awaitFirst(FIRST_PATIENCE));
    }

    /** Asks every provider that is due, and waits for it. */
    void askNow() {
        feeds.values().forEach(IntensityFeed::ask);
    }

    /** The basis of the grams of models and budgets. */
    String headline() {
        return headline;
    }

    /** Whether an intensity of a basis is asked for at all. */
    boolean has(String basis) {
        return feeds.containsKey(basis);
    }

    /** The intensities in force at an instant, by basis. */
    Map<String, GridIntensity> at(Instant instant) {
        Map<String, GridIntensity> figures = new TreeMap<>();
        feeds.forEach((basis, feed) -> feed.at(instant).ifPresent(figure -> figures.put(basis, figure)));
        return figures;
    }

    /** The same as the ledger keeps them. */
    Map<String, BookedIntensity> bookedAt(Instant instant) {
        Map<String, BookedIntensity> booked = new TreeMap<>();
        at(instant).forEach((basis, figure) -> booked.put(basis, BookedIntensity.of(figure)));
        return booked;
    }

    @Override
    public Map<String, BookedIntensity> at(long millis) {
        return bookedAt(Instant.ofEpochMilli(millis));
    }

    /** In whole milliseconds, rounded up: by then the change is there. */
    @Override
    public long nextChangeAfter(long millis) {
        Instant after = Instant.ofEpochMilli(millis);
        return feeds.values().stream()
                .flatMap(feed -> feed.nextChangeAfter(after).stream())
                .min(Instant::compareTo)
                .map(change -> change.plusNanos(NANOS_PER_MILLI - 1).toEpochMilli())
                .orElse(Long.MAX_VALUE);
    }

    @Override
    public void close() {
        feeds.values().forEach(IntensityFeed::close);
    }
}
