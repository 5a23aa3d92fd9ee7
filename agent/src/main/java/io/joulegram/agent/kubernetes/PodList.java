package io.joulegram.agent.kubernetes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.joulegram.host.KubernetesContainer;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a {@code PodList} of Kubernetes' API as it comes in, and keeps of each pod its names, the ids of its containers and
 * the labels that are asked for: a pod is written in some 15 kB, of which that is a hundredth. Used by one thread.
 */
final class PodList {
    private static final long MAX_BYTES = 32L << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_TEXT = 4096;
    private static final int MOST_CONTAINERS = 20_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(MAX_BYTES)
                    .maxNestingDepth(MAX_DEPTH)
                    .build())
            .build();

    private static final Set<String> STATUSES =
            Set.of("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses");

    private static final Pattern ID = Pattern.compile("[a-z-]{1,32}://([0-9a-f]{64})");

    private final List<String> labels;
    private final Map<String, KubernetesContainer> byId = new HashMap<>();
    private final Map<String, Map<String, String>> labelsById = new HashMap<>();

    private String pod = "";
    private String namespace = "";
    private Map<String, String> podLabels = Map.of();
    private Map<String, String> nameById = Map.of();

    private PodList(List<String> labels) {
        this.labels = labels;
    }

    /**
     * Reads it.
     *
     * @param labels those that are kept
     * @throws IOException if it is no such list, or longer than 32 MiB
     */
    static KubernetesFacts.Pods read(InputStream document, List<String> labels) throws IOException {
        try (JsonParser parser = JSON.createParser(document)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object of JSON");
            }
            PodList list = new PodList(labels);
            list.readList(parser);
            return new KubernetesFacts.Pods(list.byId, list.labelsById);
        }
    }

    /** Takes the value of a field that the parser stands on, whole. */
    private interface Field {
        void take(String name, JsonParser parser) throws IOException;
    }

    /** Goes through the fields of the object that the parser stands on; what is no object is passed over. */
    private static void fields(JsonParser parser, Field field) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            field.take(name, parser);
        }
        requireEnd(parser, JsonToken.END_OBJECT);
    }

    private interface Item {
        void take(JsonParser parser) throws IOException;
    }

    private static void items(JsonParser parser, Item item) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == null) {
                break;
            }
            item.take(parser);
        }
        requireEnd(parser, JsonToken.END_ARRAY);
    }

    private static void requireEnd(JsonParser parser, JsonToken end) throws IOException {
        if (parser.currentToken() != end) {
            throw new IOException("JSON that is cut short");
        }
    }

    private static String text(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return "";
        }
        String text = parser.getText();
        return text.length() <= MAX_TEXT ? text : "";
    }

    private void readList(JsonParser parser) throws IOException {
        boolean[] found = new boolean[1];
        fields(parser, (name, at) -> {
            if (name.equals("items")) {
                found[0] = true;
                items(at, this::readPod);
            } else {
                at.skipChildren();
            }
        });
        if (!found[0]) {
            throw new IOException("an object without items: this is no list of pods");
        }
    }

    private void readPod(JsonParser parser) throws IOException {
        pod = "";
        namespace = "";
        podLabels = new HashMap<>();
        nameById = new HashMap<>();
        fields(parser, (name, at) -> {
            switch (name) {
                case "metadata" -> fields(at, this::readMetadata);
                case "status" -> fields(at, this::readStatus);
                default -> at.skipChildren();
            }
        });
        nameById.forEach((id, name) -> {
            boolean named = PodNames.areValid(namespace, pod, name);
            if (named && byId.size() < MOST_CONTAINERS) {
                byId.put(id, new KubernetesContainer(namespace, pod, name));
                labelsById.put(id, Map.copyOf(podLabels));
            }
        });
    }

    private void readMetadata(String field, JsonParser parser) throws IOException {
        switch (field) {
            case "name" -> pod = text(parser);
            case "namespace" -> namespace = text(parser);
            case "labels" ->
                fields(parser, (name, at) -> {
                    if (labels.contains(name)) {
                        podLabels.put(name, text(at));
                    } else {
                        at.skipChildren();
                    }
                });
            default -> parser.skipChildren();
        }
    }

    private void readStatus(String field, JsonParser parser) throws IOException {
        if (STATUSES.contains(field)) {
            items(parser, this::readContainer);
        } else {
            parser.skipChildren();
        }
    }

    private void readContainer(JsonParser parser) throws IOException {
        String[] nameAndId = {"", ""};
        fields(parser, (field, at) -> {
            switch (field) {
                case "name" -> nameAndId[0] = text(at);
                case "containerID" -> nameAndId[1] = text(at);
                default -> at.skipChildren();
            }
        });
        Matcher id = ID.matcher(nameAndId[1]);
        if (id.matches()) {
            nameById.put(id.group(1), nameAndId[0]);
        }
    }
}
