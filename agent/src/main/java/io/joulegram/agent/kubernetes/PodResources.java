package io.joulegram.agent.kubernetes;

import io.joulegram.host.KubernetesContainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads {@code ListPodResourcesResponse} of the kubelet's API v1 (kubernetes/kubelet, {@code
 * pkg/apis/podresources/v1/api.proto}): of the messages there, the numbers of the fields that are read.
 */
final class PodResources {
    private static final int MOST_DEVICES = 20_000;

    private static final int RESPONSE_PODS = 1;
    private static final int POD_NAME = 1;
    private static final int POD_NAMESPACE = 2;
    private static final int POD_CONTAINERS = 3;
    private static final int CONTAINER_NAME = 1;
    private static final int CONTAINER_DEVICES = 2;
    private static final int DEVICES_IDS = 2;

    private static final Pattern ID = Pattern.compile("[0-9A-Za-z][!-~]{0,127}");

    private PodResources() {}

    /**
     * The devices that containers hold, 20,000 at most.
     *
     * @throws IOException if it is no such message
     */
    static List<HeldDevice> heldDevices(ByteBuffer response) throws IOException {
        List<HeldDevice> held = new ArrayList<>();
        ProtobufFields fields = new ProtobufFields(response);
        for (int field = fields.next(); field != 0; field = fields.next()) {
            if (field == RESPONSE_PODS) {
                addPod(fields.message(), held);
            }
        }
        return held;
    }

    private static void addPod(ProtobufFields fields, List<HeldDevice> held) throws IOException {
        String name = "";
        String namespace = "";
        List<ProtobufFields> containers = new ArrayList<>();
        for (int field = fields.next(); field != 0; field = fields.next()) {
            switch (field) {
                case POD_NAME -> name = fields.text();
                case POD_NAMESPACE -> namespace = fields.text();
                case POD_CONTAINERS -> containers.add(fields.message());
                default -> {}
            }
        }
        for (ProtobufFields container : containers) {
            addContainer(namespace, name, container, held);
        }
    }

    private static void addContainer(String namespace, String pod, ProtobufFields fields, List<HeldDevice> held)
            throws IOException {
        String name = "";
        List<String> ids = new ArrayList<>();
        for (int field = fields.next(); field != 0; field = fields.next()) {
            switch (field) {
                case CONTAINER_NAME -> name = fields.text();
                case CONTAINER_DEVICES -> addIds(fields.message(), ids, MOST_DEVICES - held.size());
                default -> {}
            }
        }
        if (PodNames.areValid(namespace, pod, name)) {
            KubernetesContainer container = new KubernetesContainer(namespace, pod, name);
            ids.forEach(id -> held.add(new HeldDevice(container, id)));
        }
    }

    private static void addIds(ProtobufFields fields, List<String> ids, int most) throws IOException {
        for (int field = fields.next(); field != 0; field = fields.next()) {
            String id = field == DEVICES_IDS ? fields.text() : "";
            if (ids.size() < most && ID.matcher(id).matches()) {
                ids.add(id);
            }
        }
    }
}
