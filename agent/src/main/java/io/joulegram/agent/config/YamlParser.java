package io.joulegram.agent.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML 1.2 document into nodes with lines. Aliases, tags, deep nesting and further documents are refused: a
 * configuration needs none of them, and a hostile file could use them to grow without bound. The tree is built from the
 * parser's events without recursion, so that no input can exhaust the stack.
 */
final class YamlParser {
    /** The deepest nesting of lists and mappings; the configuration itself needs four. */
    static final int MAX_DEPTH = 16;
    /** The most texts, lists and mappings in one file. */
    static final int MAX_NODES = 20_000;

    private final Deque<Open> open = new ArrayDeque<>();
    private @Nullable YamlNode root;
    private int nodes;

    private YamlParser() {}

    /**
     * The document in a text.
     *
     * @return nothing if it holds only comments
     * @throws YamlException if it is not YAML, or uses what is refused
     */
    static Optional<YamlNode> parse(String text) throws YamlException {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
        YamlParser parser = new YamlParser();
        try {
            for (Event event : new Parse(settings).parseString(text)) {
                parser.accept(event);
            }
        } catch (MarkedYamlEngineException e) {
            throw new YamlException(e.getProblemMark().map(YamlParser::line).orElse(1), describe(e));
        } catch (YamlEngineException e) {
            throw new YamlException(1, "not YAML: " + e.getMessage());
        }
        return Optional.ofNullable(parser.root);
    }

    private void accept(Event event) throws YamlException {
        switch (event.getEventId()) {
            case Alias ->
                throw new YamlException(line(event), "aliases (*name) are not supported: write the value out");
            case DocumentStart -> {
                if (root != null) {
                    throw new YamlException(line(event), "a second document begins: one file holds one configuration");
                }
            }
            case Scalar -> {
                ScalarEvent scalar = (ScalarEvent) event;
                refuseTag(scalar, scalar.getTag());
                add(new YamlNode.Scalar(line(event), scalar.getValue(), scalar.isPlain()));
            }
            case MappingStart, SequenceStart -> {
                CollectionStartEvent start = (CollectionStartEvent) event;
                refuseTag(start, start.getTag());
                begin(new Open(line(event), event.getEventId() == Event.ID.MappingStart));
            }
            case MappingEnd, SequenceEnd -> add(open.pop().close());
            case DocumentEnd, StreamStart, StreamEnd, Comment -> {}
        }
    }

    private void begin(Open collection) throws YamlException {
        if (open.size() == MAX_DEPTH) {
            throw new YamlException(collection.line, "nested deeper than " + MAX_DEPTH + " levels");
        }
        open.push(collection);
    }

    private void add(YamlNode node) throws YamlException {
        if (++nodes > MAX_NODES) {
            throw new YamlException(node.line(), "more than " + MAX_NODES + " values");
        }
        Open parent = open.peek();
        if (parent == null) {
            root = node;
        } else {
            parent.add(node);
        }
    }

    private static void refuseTag(NodeEvent event, Optional<String> tag) throws YamlException {
        if (tag.isPresent()) {
            throw new YamlException(
                    line(event), "tags (" + Quoted.text(tag.get()) + ") are not supported: leave it out");
        }
    }

    private static String describe(MarkedYamlEngineException e) {
        String column = e.getProblemMark()
                .map(mark -> " at column " + (mark.getColumn() + 1))
                .orElse("");
        return "not YAML: " + Quoted.inline(e.getProblem()) + column;
    }

    private static int line(Event event) {
        return event.getStartMark().map(YamlParser::line).orElse(1);
    }

    private static int line(Mark mark) {
        return mark.getLine() + 1;
    }

    /** A list or mapping whose end has not been seen. */
    private static final class Open {
        private final int line;
        private final boolean mapping;
        private final List<YamlNode> items = new ArrayList<>();
        private final List<YamlNode.Entry> entries = new ArrayList<>();
        private YamlNode.@Nullable Scalar key;

        Open(int line, boolean mapping) {
            this.line = line;
            this.mapping = mapping;
        }

        void add(YamlNode node) throws YamlException {
            if (!mapping) {
                items.add(node);
            } else if (key != null) {
                entries.add(new YamlNode.Entry(key, node));
                key = null;
            } else if (node instanceof YamlNode.Scalar scalar) {
                key = scalar;
            } else {
                throw new YamlException(node.line(), "a list or mapping cannot be a key");
            }
        }

        YamlNode close() {
            return mapping ? new YamlNode.Mapping(line, entries) : new YamlNode.Sequence(line, items);
        }
    }
}
