package io.joulegram.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the configuration from a YAML 1.2 file and from command-line options, which win over the file. Safe to share
 * between threads.
 */
public final class ConfigLoader {
    /** The largest file that is read. */
    static final int MAX_FILE_BYTES = 1 << 20;

    private static final YamlNode.Mapping NOTHING = new YamlNode.Mapping(1, List.of());

    private final Map<String, String> environment;

    /** @param environment variables that secrets may name */
    public ConfigLoader(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    static AgentConfig defaults() {
        try {
            return new ConfigLoader(Map.of()).load(List.of());
        } catch (ConfigException e) {
            throw new IllegalStateException("the defaults are not valid: " + e.getMessage(), e);
        }
    }

    /**
     * The configuration from a file and options.
     *
     * @param file YAML in UTF-8, at most 1 MiB
     * @param flags options as they were given
     * @throws ConfigException with every problem of both, if there is any
     */
    public AgentConfig load(Path file, List<FlagValue> flags) throws ConfigException {
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        return load(file.toString(), directory, text(file), flags);
    }

    /**
     * The configuration from options alone.
     *
     * @param flags options as they were given
     * @throws ConfigException with every problem, if there is any
     */
    public AgentConfig load(List<FlagValue> flags) throws ConfigException {
        return load("", Path.of(""), "", flags);
    }

    /**
     * The configuration in a text.
     *
     * @param name of the text in messages
     * @param directory against which the paths of secret files are resolved
     */
    AgentConfig load(String name, Path directory, String yaml, List<FlagValue> flags) throws ConfigException {
        Problems problems = new Problems();
        Scope root = new Scope(new Element(new Origin.File(name), "", document(name, yaml)), Keys.ROOT, problems);
        override(root, flags);
        Secrets secrets = new Secrets(environment, directory);
        ServersReader servers = new ServersReader(root, secrets, problems);
        GridReader grid = new GridReader(root, secrets, directory);
        OtlpReader otlp = new OtlpReader(root, secrets, directory);
        AgentConfig config = new ConfigReader(
                        root,
                        servers,
                        grid,
                        otlp,
                        directory,
                        stateDirectory(),
                        ControlPaths.ofDaemon(environment),
                        problems)
                .read();
        problems.throwIfAny();
        return config;
    }

    /** What systemd gives a service with {@code StateDirectory=} (systemd.exec(5)); the first if there are several. */
    private Optional<Path> stateDirectory() {
        return Optional.ofNullable(environment.get("STATE_DIRECTORY"))
                .map(directories -> directories.replaceFirst(":.*", ""))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of);
    }

    /** The one mapping of a text. */
    static YamlNode.Mapping document(String name, String yaml) throws ConfigException {
        try {
            YamlNode document = YamlParser.parse(yaml).orElse(NOTHING);
            if (document instanceof YamlNode.Mapping mapping) {
                return mapping;
            }
            throw new YamlException(document.line(), "is not a mapping of keys to values");
        } catch (YamlException e) {
            throw failure(e.line(), name + ":" + e.line() + ": " + e.getMessage());
        }
    }

    private static void override(Scope root, List<FlagValue> flags) {
        for (ConfigKey key : Keys.ROOT) {
            if (key.flag().isEmpty()) {
                continue;
            }
            String flag = key.flag().get().name();
            List<YamlNode> given = flags.stream()
                    .filter(value -> value.flag().equals(flag))
                    .<YamlNode>map(value -> new YamlNode.Scalar(0, value.value(), false))
                    .toList();
            if (!given.isEmpty()) {
                YamlNode node =
                        key instanceof ConfigKey.Items ? new YamlNode.Sequence(0, given) : given.get(given.size() - 1);
                root.override(key.path(), new Element(new Origin.Flag(flag), key.path(), node));
            }
        }
    }

    /** The content of a file that holds text. */
    static String text(Path file) throws ConfigException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        } catch (IOException e) {
            throw failure(0, Unreadable.because(file, e));
        }
        if (bytes.length > MAX_FILE_BYTES) {
            throw failure(0, file + " is larger than 1 MiB, the most that is read as a configuration");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw failure(0, file + " is not UTF-8 text");
        }
    }

    private static ConfigException failure(int line, String message) {
        return new ConfigException(List.of(new Problem(line, message)));
    }
}
