package io.joulegram.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each kind of mistake is answered with. */
final class BadConfigTest {
    private static final String DURATION = "; allowed: a duration from 10ms to 10s (ms, s, m, h)";

    private static final List<String> ROOT = List.of(
            "amdsmi",
            "attribution",
            "budgets",
            "calibration",
            "control",
            "embodied",
            "engines",
            "estimate",
            "grid",
            "host",
            "hwmon",
            "ipmi",
            "ledger",
            "log",
            "nvml",
            "objectives",
            "otlp",
            "path",
            "pue",
            "pue-uncertainty",
            "rapl",
            "sampling",
            "servers",
            "time-zone",
            "tokens",
            "web",
            "workloads");

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"texts", "keys", "values", "servers", "lists", "secrets", "otlp"})
    void isAnsweredWith(String yaml, String message) {
        assertThat(problems(yaml)).containsExactly("c.yaml:" + message);
    }

    static Stream<Arguments> otlp() {
        String header = "; allowed: the name of a header that the agent does not set itself";
        String secret = "; allowed: `none` or `${NAME}` for an environment variable, or the secret itself";
        return Stream.of(
                arguments(
                        "otlp.endpoint: 127.0.0.1:4318",
                        "1: otlp.endpoint: \"127.0.0.1:4318\" is not one, without query, user and final slash; allowed:"
                                + " `none` or an http or https URL"),
                arguments(
                        "otlp.endpoint: http://otel_collector:4318",
                        "1: otlp.endpoint: \"http://otel_collector:4318\" has no host that a URL can name: letters, digits,"
                                + " `-` and `.`; allowed: `none` or an http or https URL"),
                arguments(
                        "otlp.headers: [{name: Host, value: x}]",
                        "1: otlp.headers[0].name: \"Host\" is not one" + header),
                arguments(
                        "otlp.headers: [{name: 'a b', value: x}]",
                        "1: otlp.headers[0].name: \"a b\" is not one" + header),
                arguments(
                        "otlp.headers: [{name: A, value: x}, {name: a, value: x}]",
                        "1: otlp.headers[1].name: \"a\" is there twice"),
                arguments(
                        "otlp.headers: [{name: A}]",
                        "1: otlp.headers[0].value: is missing; value or value-file must be given"),
                arguments(
                        "otlp.headers: [{name: A, value: 'Bearer ${UNSET}'}]",
                        "1: otlp.headers[0].value: the environment variable UNSET is not set" + secret),
                arguments(
                        "otlp.headers: [{name: A, value: '${SET} hunter2'}]",
                        "1: otlp.headers[0].value: the value is not ${NAME} alone, with a NAME of letters, digits and _"
                                + secret),
                arguments(
                        "otlp.headers: [{name: A, value: \"hunter2\\u0007 ${SET}\"}]",
                        "1: otlp.headers[0].value: the value is not words of printable ASCII with single spaces between"
                                + " them" + secret),
                arguments(
                        "otlp.headers: [{name: A, value: \"hunter2\\r\\nX: y\"}]",
                        "1: otlp.headers[0].value: the value is not words of printable ASCII with single spaces between"
                                + " them" + secret),
                arguments(
                        "otlp.resource-attributes: [prod]",
                        "1: otlp.resource-attributes[0]: \"prod\" is not one; allowed: KEY=VALUE such as"
                                + " `deployment.environment.name=prod`, of printable characters"),
                arguments(
                        "otlp.resource-attributes: [a=1, a=2]",
                        "1: otlp.resource-attributes[1]: \"a\" is there twice"));
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                arguments("- a\n- b", "1: is not a mapping of keys to values"),
                arguments("hello", "1: is not a mapping of keys to values"),
                arguments("pue: 1.1\n---\npue: 1.2", "2: a second document begins: one file holds one configuration"),
                arguments("a: &x 1\nb: *x", "2: aliases (*name) are not supported: write the value out"),
                arguments("pue: !!float 1", "1: tags (\"tag:yaml.org,2002:float\") are not supported: leave it out"),
                arguments("? [a]\n: 1", "1: a list or mapping cannot be a key"),
                arguments("- ".repeat(17), "1: nested deeper than 16 levels"),
                arguments("grid: " + "[".repeat(100_000), "1: nested deeper than 16 levels"),
                arguments("servers: [" + "0,".repeat(20_000) + "]", "1: more than 20000 values"),
                arguments("web: {listen-address: \"a", "1: not YAML: found unexpected end of stream at column 25"),
                arguments(
                        "pue: 1\n\tgrid: 2",
                        "2: not YAML: found character '\\t(TAB)' that cannot start any token."
                                + " (Do not use \\t(TAB) for indentation) at column 1"));
    }

    static Stream<Arguments> keys() {
        return Stream.of(
                arguments("pu: 1", "1: pu: unknown key; did you mean pue?"),
                arguments("grid:\n  intensty: 1", "2: grid.intensty: unknown key; did you mean grid.intensity?"),
                arguments("Grid: {zone: DE}", "1: Grid: unknown key; did you mean grid?"),
                arguments("interval: 1s", "1: interval: unknown key; did you mean sampling.interval?"),
                arguments("samplinginterval: 1s", "1: samplinginterval: unknown key; did you mean sampling.interval?"),
                arguments("nvml: {colour: red}", "1: nvml.colour: unknown key; allowed here: enabled, library"),
                arguments("\"a\\nb\": 1", "1: a b: unknown key; allowed here: " + String.join(", ", ROOT)),
                arguments("pue: 1\npue: 2", "2: pue: is already set on line 1"),
                arguments("pue: 1\npue: 1\n", "2: pue: is already set on line 1"),
                arguments("web: {}\nweb: {}", "2: web: is already set on line 1"),
                arguments("grid.zone: DE\ngrid: {zone: FR}", "2: grid.zone: is already set on line 1"),
                arguments("rapl: true", "1: rapl: is not a value but a section with the keys access, enabled"),
                arguments("pue:", "1: pue: has no value; allowed: a number from 1 to 3"),
                arguments("pue: [1]", "1: pue: is a list; allowed: a number from 1 to 3"),
                arguments("pue: {a: 1}", "1: pue: is a mapping; allowed: a number from 1 to 3"));
    }

    static Stream<Arguments> values() {
        return Stream.of(
                arguments("sampling: {interval: 5}", "1: sampling.interval: \"5\" has no unit" + DURATION),
                arguments(
                        "sampling: {interval: 5 s}",
                        "1: sampling.interval: \"5 s\" is not a number with a unit" + DURATION),
                arguments(
                        "sampling: {interval: -5s}",
                        "1: sampling.interval: \"-5s\" is not a number with a unit" + DURATION),
                arguments("sampling: {interval: 5d}", "1: sampling.interval: \"5d\" has an unknown unit" + DURATION),
                arguments(
                        "sampling: {interval: 9.99ms}", "1: sampling.interval: \"9.99ms\" is out of range" + DURATION),
                arguments(
                        "sampling: {interval: 10001ms}",
                        "1: sampling.interval: \"10001ms\" is out of range" + DURATION),
                arguments(
                        "sampling: {interval: " + "9".repeat(100_000) + "s}",
                        "1: sampling.interval: \"" + "9".repeat(120) + "...\" is not a number with a unit" + DURATION),
                arguments(
                        "tokens: {max-body: 80}",
                        "1: tokens.max-body: \"80\" has no unit; allowed: a size from 64KB to"
                                + " 256MB (B, KB, MB, GB, KiB, MiB, GiB)"),
                arguments(
                        "estimate:\n  cpu:\n    load-watts: 5",
                        "3: estimate.cpu.load-watts: needs estimate.cpu.idle-watts beside it: one tells nothing alone"),
                arguments(
                        "estimate.dram.idle-watts-per-gb: 0.1",
                        "1: estimate.dram.idle-watts-per-gb: needs estimate.dram.load-watts-per-gb beside it: one tells"
                                + " nothing alone"),
                arguments(
                        "estimate.cpu.uncertainty: 3",
                        "1: estimate.cpu.uncertainty: \"3\" is out of range; allowed: `auto` or a number from 0 to 2"
                                + " (ratio)"),
                arguments("pue: NaN", "1: pue: \"NaN\" is not a number; allowed: a number from 1 to 3"),
                arguments("pue: .inf", "1: pue: \".inf\" is not a number; allowed: a number from 1 to 3"),
                arguments("pue: 1e999", "1: pue: \"1e999\" is out of range; allowed: a number from 1 to 3"),
                arguments("pue: 1,2", "1: pue: \"1,2\" is not a number; allowed: a number from 1 to 3"),
                arguments("pue: 0x1", "1: pue: \"0x1\" is not a number; allowed: a number from 1 to 3"),
                arguments(
                        "pue: \"a\\u001b[31m\\nb\"",
                        "1: pue: \"a [31m b\" is not a number; allowed: a number from 1 to 3"),
                arguments(
                        "grid: {intensity: 2501}",
                        "1: grid.intensity: \"2501\" is out of range; allowed: `none` or a"
                                + " number from 0 to 2500 (gCO2e/kWh)"),
                arguments(
                        "grid: {intensity: -1}",
                        "1: grid.intensity: \"-1\" is out of range; allowed: `none` or a"
                                + " number from 0 to 2500 (gCO2e/kWh)"),
                arguments(
                        "grid: {zone: 'D E'}",
                        "1: grid.zone: \"D E\" is not one; allowed: `none` or a zone such as"
                                + " `DE` or `US-CAL-CISO`"),
                arguments(
                        "embodied: {amortization: utilized-hours}",
                        "1: embodied.amortization: utilized-hours needs embodied.expected-utilization, such as 0.5 for"
                                + " half of the life"),
                arguments(
                        "embodied: {expected-utilization: 0.5}",
                        "1: embodied.expected-utilization: counts only where embodied.amortization is utilized-hours"),
                arguments("grid: {headline: market}", "1: grid.headline: market needs grid.market-intensity"),
                arguments(
                        "grid:\n  zone: DE\n  headline: marginal",
                        "3: grid.headline: marginal needs grid.marginal-intensity or the provider watttime"),
                arguments(
                        "grid: {headline: best}",
                        "1: grid.headline: \"best\" is none of these; allowed: `location`, `market`, `marginal`"),
                arguments(
                        "host: {gpus: 2.5}",
                        "1: host.gpus: \"2.5\" is not a whole number; allowed: `none` or a whole"
                                + " number from 1 to 1024"),
                arguments("nvml: {enabled: yes}", "1: nvml.enabled: \"yes\" is neither; allowed: `true` or `false`"),
                arguments(
                        "nvml: {library: \"a\\0\"}",
                        "1: nvml.library: \"a \" is not a path: Nul character not allowed;"
                                + " allowed: `none` or a path"),
                arguments(
                        "rapl: {access: PERF}",
                        "1: rapl.access: \"PERF\" is none of these; allowed: `auto`, `perf`," + " `powercap`, `msr`"),
                arguments("ledger: {path: \"\"}", "1: ledger.path: \"\" is empty; allowed: `auto`, `none` or a path"),
                arguments(
                        "ledger: {keep-minutes: 5m}",
                        "1: ledger.keep-minutes: \"5m\" is out of range; allowed: a duration from 2h to 8760h (ms, s, m,"
                                + " h)"),
                arguments(
                        "time-zone: Mars/Olympus",
                        "1: time-zone: \"Mars/Olympus\" is not a time zone; allowed: `system` or a time zone such as"
                                + " `Europe/Berlin` or `UTC`"),
                arguments(
                        "objectives:\n  - name: a\n    window: 1h",
                        "2: objectives[0].grams-per-token: is missing; grams-per-token or joules-per-token must be given"),
                arguments(
                        "objectives:\n  - {name: a, joules-per-token: 5}\n  - {name: a, grams-per-token: 0.1}",
                        "3: objectives[1].name: \"a\" is already defined"),
                arguments(
                        "budgets:\n  - name: a\n    limit: 5",
                        "3: budgets[0].limit: \"5\" has no unit; allowed: a mass from 1g to 1000000t (g, kg, t)"),
                arguments(
                        "budgets:\n  - {name: a, limit: 5kg}\n  - {name: a, limit: 6kg}",
                        "3: budgets[1].name: \"a\" is already defined"),
                arguments(
                        "budgets:\n  - name: a\n    limit: 5kg\n    period: year",
                        "4: budgets[0].period: \"year\" is none of these; allowed: `day`, `week`, `month`"),
                arguments(
                        "embodied: {lifetime: {gpu: 4}}",
                        "1: embodied.lifetime.gpu: \"4\" has no unit; allowed: years" + " from 0.5y to 30y"),
                arguments(
                        "tokens:\n  scrape-interval: 30s",
                        "2: tokens.scrape-interval: tokens.outage-after (15.0s) is"
                                + " shorter than tokens.scrape-interval (30.0s), so every server would always be down; raise the"
                                + " first"));
    }

    @ParameterizedTest
    @MethodSource
    void isNoAddress(String address, String reason) {
        assertThat(problems("web: {listen-address: '" + address + "'}"))
                .containsExactly("c.yaml:1: web.listen-address: \"" + address + "\" " + reason
                        + "; allowed: HOST:PORT, [IPV6]:PORT");
    }

    static Stream<Arguments> isNoAddress() {
        return Stream.of(
                arguments("", "is not an address with a port"),
                arguments("13600", "is not an address with a port"),
                arguments("localhost", "is not an address with a port"),
                arguments("localhost:", "is not an address with a port"),
                arguments("localhost:65536", "has a port above 65535"),
                arguments("localhost:-1", "is not an address with a port"),
                arguments("a b:1", "is not an address with a port"),
                arguments("http://localhost:80", "has an IPv6 address without brackets"),
                arguments("::1:80", "has an IPv6 address without brackets"),
                arguments("[::1]", "is not an address with a port"),
                arguments("[1::2::3]:80", "has no IPv6 address in its brackets"),
                arguments(":80", "has no host (0.0.0.0 listens on every IPv4 address, [::] on every address)"));
    }

    static Stream<Arguments> servers() {
        String allowed =
                "; allowed: `auto`, `none`, http://HOST:PORT or https://HOST:PORT, also as ENGINE+http://HOST:PORT";
        return Stream.of(
                arguments("servers: atuo", "1: servers: \"atuo\" is not the URL of a server" + allowed),
                arguments("servers: [none, auto]", "1: servers[0]: \"none\" cannot stand beside other servers"),
                arguments("servers: ['ftp://a']", "1: servers[0]: \"ftp://a\" is not the URL of a server" + allowed),
                arguments(
                        "servers: ['http://']",
                        "1: servers[0]: \"http://\" is not a URL: Expected authority" + allowed),
                arguments(
                        "servers: ['http://a_b c']",
                        "1: servers[0]: \"http://a_b c\" is not a URL: Illegal character in" + " authority" + allowed),
                arguments(
                        "servers: ['http://a:99999']",
                        "1: servers[0]: \"http://a:99999\" has a port that is not 1 to" + " 65535" + allowed),
                arguments(
                        "servers: ['http://u:pw@a']",
                        "1: servers[0]: \"http://***@a\" has a user name in it, which is"
                                + " not supported (use bearer-token-file)" + allowed),
                arguments(
                        "servers: ['http://a?key=1']",
                        "1: servers[0]: \"http://a?key=1\" has a query or a fragment" + allowed),
                arguments(
                        "servers:\n- http://a\n- http://a:80",
                        "3: servers[1]: has the name of servers[0], \"a:80\";" + " give each server a name of its own"),
                arguments(
                        "servers: [{name: x}]",
                        "1: servers[0].url: is missing; allowed: http://HOST:PORT or"
                                + " https://HOST:PORT, also as ENGINE+http://HOST:PORT"),
                arguments(
                        "servers: [{url: 'http://a', divices: [0]}]",
                        "1: servers[0].divices: unknown key; did you mean" + " servers[0].devices?"),
                arguments(
                        "servers: [{url: 'http://a', devices: 0}]",
                        "1: servers[0].devices: is not a list; allowed: a" + " list of device labels such as `[0, 1]`"),
                arguments(
                        "servers: [{url: 'http://a', role: worker}]",
                        "1: servers[0].role: \"worker\" is none of these; allowed: `auto` or `both`, `prefill`,"
                                + " `decode`"),
                arguments(
                        "servers: [{url: 'http://a', tokens: there}]",
                        "1: servers[0].tokens: \"there\" is none of these; allowed: `here`, `elsewhere`"),
                arguments(
                        "servers: [{url: 'vllm+http://a', engine: tgi}]",
                        "1: servers[0].engine: \"tgi\" contradicts" + " \"vllm\" in the URL; keep one"),
                arguments("servers: [[auto]]", "1: servers[0]: is a list" + allowed),
                arguments(
                        "servers: [{url: auto}]",
                        "1: servers[0].url: \"auto\" is not the URL of a server; allowed:"
                                + " http://HOST:PORT or https://HOST:PORT, also as ENGINE+http://HOST:PORT"));
    }

    static Stream<Arguments> lists() {
        return Stream.of(
                arguments(
                        "engines: vllm",
                        "1: engines: is not a list; allowed: a list of mappings with the keys" + " `engines[]` below"),
                arguments(
                        "engines: [vllm]",
                        "1: engines[0]: is not a mapping; keys allowed in it: name, path,"
                                + " prompt-tokens, cached-tokens, generation-tokens, requests-running, requests-waiting,"
                                + " model-label, prompt-includes-cached, counts-at, max-over"),
                arguments(
                        "engines: [{name: a, prompt-tokens: p}]",
                        "1: engines[0].generation-tokens: is missing; allowed:"
                                + " a metric name such as `vllm:prompt_tokens_total`"),
                arguments(
                        "engines:\n- &a {name: a, prompt-tokens: p, generation-tokens: g}\n"
                                + "- {name: a, prompt-tokens: p, generation-tokens: g}",
                        "3: engines[1].name: \"a\" is already defined"),
                arguments(
                        "calibration: [{uuid: GPU-1, gain: 0}]",
                        "1: calibration[0].gain: \"0\" is out of range; allowed: a number from 0.5 to 2"),
                arguments(
                        "calibration: [{uuid: GPU-1}, {uuid: GPU-1}]",
                        "1: calibration[1].uuid: \"GPU-1\" is there twice"),
                arguments(
                        "embodied: {overrides: [{component: overhead, kg: 1}]}",
                        "1: embodied.overrides[0].component:"
                                + " \"overhead\" is not one; allowed: `gpu`, `cpu`, `dram`, `other`"),
                arguments(
                        "embodied: {overrides: [{component: gpu}]}",
                        "1: embodied.overrides[0].kg: is missing; kg or" + " lifetime must be given"),
                arguments(
                        "embodied: {overrides: [{component: gpu, kg: 5, kg-low: 6}]}",
                        "1: embodied.overrides[0].kg-low:" + " 6.0 is not at most kg, which is 5.0"),
                arguments(
                        "embodied: {overrides: [{component: gpu, lifetime: 1y, kg-high: 6}]}",
                        "1:" + " embodied.overrides[0].kg-high: 6.0 is not at least kg, which is not given"));
    }

    static Stream<Arguments> secrets() {
        String allowed = "; allowed: `none` or `${NAME}` for an environment variable, or the token itself";
        return Stream.of(
                arguments(
                        server("bearer-token: '${UNSET}'"),
                        "1: servers[0].bearer-token: the environment variable UNSET" + " is not set" + allowed),
                arguments(
                        server("bearer-token: '${EMPTY}'"),
                        "1: servers[0].bearer-token: the value of the environment" + " variable EMPTY is empty"
                                + allowed),
                arguments(
                        server("bearer-token: 'x${SET}'"),
                        "1: servers[0].bearer-token: the value is not ${NAME} alone,"
                                + " with a NAME of letters, digits and _" + allowed),
                arguments(
                        server("bearer-token: \"hunter2\\r\\nX: y\""),
                        "1: servers[0].bearer-token: the value has"
                                + " characters other than printable ASCII without spaces" + allowed),
                arguments(
                        server("bearer-token: a, bearer-token-file: b"),
                        "1: servers[0].bearer-token-file: cannot stand" + " beside bearer-token; keep one"));
    }

    @Test
    void namesSecretFilesThatCannotBeUsed() throws Exception {
        Path missing = directory.resolve("missing");
        Path empty = Files.writeString(directory.resolve("empty"), "\n");
        Path large = Files.writeString(directory.resolve("large"), "x".repeat(20_000));

        assertThat(problems(server("bearer-token-file: missing")))
                .containsExactly("c.yaml:1: servers[0].bearer-token-file: " + missing
                        + " does not exist; allowed: `none` or a path");
        assertThat(problems(server("bearer-token-file: empty")))
                .containsExactly("c.yaml:1: servers[0].bearer-token-file: the content of " + empty
                        + " is empty; allowed: `none` or a path");
        assertThat(problems(server("bearer-token-file: large")))
                .containsExactly("c.yaml:1: servers[0].bearer-token-file: " + large
                        + " holds more than 16384 bytes; allowed: `none` or a path");
    }

    private static String server(String keys) {
        return "servers: [{url: 'http://a', " + keys + "}]";
    }

    private List<String> problems(String yaml) {
        ConfigLoader loader = new ConfigLoader(Map.of("EMPTY", "", "SET", "s"));
        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> loader.load("c.yaml", directory, yaml, List.of()));
        assertThat(e).as("problems of " + Quoted.text(yaml)).isNotNull();
        return e.problems().stream().map(Problem::text).toList();
    }
}
