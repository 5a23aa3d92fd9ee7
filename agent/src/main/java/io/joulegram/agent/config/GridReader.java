package io.joulegram.agent.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads where electricity comes from and who tells its carbon intensity. */
final class GridReader {
    private final Scope root;
    private final Secrets secrets;
    private final Path directory;

    /** @param directory against which the path of a trace is resolved */
    GridReader(Scope root, Secrets secrets, Path directory) {
        this.root = root;
        this.secrets = secrets;
        this.directory = directory;
    }

    AgentConfig.Grid read() {
        List<AgentConfig.Grid.Provider> providers = root.values(Keys.GRID_PROVIDERS, Keys.GRID_PROVIDER);
        Optional<Path> trace = root.get(Keys.GRID_TRACE_FILE).map(directory::resolve);
        Optional<String> token = secret(Keys.GRID_ELECTRICITY_MAPS_TOKEN, Keys.GRID_ELECTRICITY_MAPS_TOKEN_FILE);
        Optional<String> username = root.get(Keys.GRID_WATTTIME_USERNAME);
        Optional<String> password = secret(Keys.GRID_WATTTIME_PASSWORD, Keys.GRID_WATTTIME_PASSWORD_FILE);
        if (root.get(Keys.GRID_LATITUDE).isPresent()
                != root.get(Keys.GRID_LONGITUDE).isPresent()) {
            root.report(Keys.GRID_LATITUDE, "grid.latitude and grid.longitude need each other");
        }
        require(providers, AgentConfig.Grid.Provider.TRACE, trace, "trace needs grid.trace-file");
        require(
                providers,
                AgentConfig.Grid.Provider.ELECTRICITY_MAPS,
                token,
                "electricity-maps needs grid.electricity-maps.token or grid.electricity-maps.token-file");
        require(providers, AgentConfig.Grid.Provider.WATTTIME, username, "watttime needs grid.watttime.username");
        require(
                providers,
                AgentConfig.Grid.Provider.WATTTIME,
                password,
                "watttime needs grid.watttime.password or grid.watttime.password-file");
        AgentConfig.Grid.Basis headline = root.get(Keys.GRID_HEADLINE);
        requireFigureOf(headline, providers);
        return new AgentConfig.Grid(
                root.get(Keys.GRID_INTENSITY),
                root.get(Keys.GRID_ZONE),
                root.get(Keys.GRID_CLOUD_REGION),
                root.get(Keys.GRID_LATITUDE),
                root.get(Keys.GRID_LONGITUDE),
                root.get(Keys.GRID_MARKET_INTENSITY),
                root.get(Keys.GRID_MARGINAL_INTENSITY),
                headline,
                providers,
                root.get(Keys.GRID_MAX_AGE),
                root.get(Keys.GRID_UNCERTAINTY),
                trace,
                new AgentConfig.Grid.ElectricityMaps(
                        root.get(Keys.GRID_ELECTRICITY_MAPS_URL), token, root.get(Keys.GRID_ELECTRICITY_MAPS_BOUNDARY)),
                new AgentConfig.Grid.WattTime(
                        root.get(Keys.GRID_WATTTIME_URL), username, password, root.get(Keys.GRID_WATTTIME_REGION)),
                root.get(Keys.GRID_UK_URL));
    }

    private void requireFigureOf(AgentConfig.Grid.Basis headline, List<AgentConfig.Grid.Provider> providers) {
        boolean market = root.get(Keys.GRID_MARKET_INTENSITY).isPresent();
        boolean marginal = root.get(Keys.GRID_MARGINAL_INTENSITY).isPresent()
                || providers.contains(AgentConfig.Grid.Provider.WATTTIME);
        if (headline == AgentConfig.Grid.Basis.MARKET && !market) {
            root.report(Keys.GRID_HEADLINE, "market needs grid.market-intensity");
        }
        if (headline == AgentConfig.Grid.Basis.MARGINAL && !marginal) {
            root.report(Keys.GRID_HEADLINE, "marginal needs grid.marginal-intensity or the provider watttime");
        }
    }

    private void require(
            List<AgentConfig.Grid.Provider> providers,
            AgentConfig.Grid.Provider provider,
            Optional<?> value,
            String message) {
        if (providers.contains(provider) && value.isEmpty()) {
            root.report(Keys.GRID_PROVIDERS, message);
        }
    }

    private Optional<String> secret(ConfigKey.Value<Optional<String>> text, ConfigKey.Value<Optional<Path>> file) {
        return secrets.read(root, text, file);
    }
}
