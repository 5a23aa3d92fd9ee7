package io.joulegram.agent.config;

import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.ServerRole;
import io.joulegram.tokens.ServerTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the key {@code servers}: a word, a URL, or a list of these and of mappings. */
final class ServersReader {
    private static final String AUTO = "auto";
    private static final String NONE = "none";

    private final Scope root;
    private final Secrets secrets;
    private final Problems problems;
    private final List<ServerTarget> targets = new ArrayList<>();
    private final Map<String, String> keyOfName = new HashMap<>();
    private boolean auto;

    ServersReader(Scope root, Secrets secrets, Problems problems) {
        this.root = root;
        this.secrets = secrets;
        this.problems = problems;
    }

    AgentConfig.Servers read() {
        Optional<Element> element = root.element(Keys.SERVERS);
        if (element.isEmpty()) {
            return new AgentConfig.Servers(true, List.of());
        }
        if (element.get().node() instanceof YamlNode.Sequence) {
            List<Element> items = root.items(Keys.SERVERS);
            items.forEach(item -> add(item, items.size() == 1));
        } else {
            add(element.get(), true);
        }
        return new AgentConfig.Servers(auto, targets);
    }

    private void add(Element element, boolean alone) {
        if (element.node() instanceof YamlNode.Mapping) {
            target(new Scope(element, Keys.SERVER, problems)).ifPresent(target -> add(element, target));
            return;
        }
        if (element.node() instanceof YamlNode.Scalar scalar && scalar.text().equals(AUTO)) {
            auto = true;
            return;
        }
        if (element.node() instanceof YamlNode.Scalar scalar && scalar.text().equals(NONE)) {
            if (!alone) {
                root.report(element, "\"none\" cannot stand beside other servers");
            }
            return;
        }
        root.parse(element, Keys.SERVER_WORD_OR_URL)
                .map(url -> new ServerTarget(url.hostAndPort(), url.uri(), url.engine(), Optional.empty(), List.of()))
                .ifPresent(target -> add(element, target));
    }

    private void add(Element element, ServerTarget target) {
        String before = keyOfName.putIfAbsent(target.name(), element.key());
        if (before == null) {
            targets.add(target);
        } else {
            root.report(
                    element,
                    "has the name of " + before + ", " + Quoted.text(target.name())
                            + "; give each server a name of its own");
        }
    }

    private Optional<ServerTarget> target(Scope scope) {
        Optional<ServerUrl> url = scope.require(Keys.SERVER_URL);
        Optional<String> name = scope.get(Keys.SERVER_NAME);
        Optional<String> engine = scope.get(Keys.SERVER_ENGINE);
        List<String> devices = scope.values(Keys.SERVER_DEVICES, Keys.DEVICE);
        Optional<String> deployment = scope.get(Keys.SERVER_DEPLOYMENT);
        Optional<ServerRole> role = scope.get(Keys.SERVER_ROLE);
        CountingHost tokens = scope.get(Keys.SERVER_TOKENS);
        Optional<String> token = secrets.read(scope, Keys.SERVER_BEARER_TOKEN, Keys.SERVER_BEARER_TOKEN_FILE);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> forced = url.get().engine();
        if (engine.isPresent() && forced.isPresent() && !engine.equals(forced)) {
            scope.report(
                    Keys.SERVER_ENGINE,
                    Quoted.text(engine.get()) + " contradicts " + Quoted.text(forced.get()) + " in the URL; keep one");
        }
        return Optional.of(new ServerTarget(
                name.orElseGet(url.get()::hostAndPort),
                url.get().uri(),
                engine.or(() -> forced),
                token,
                devices,
                deployment,
                role,
                tokens));
    }
}
