package io.joulegram.agent.kubernetes;

import io.joulegram.host.KubernetesContainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
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
    private static final int CONTAINER_DYNAMIC = 5;
    private static final int DEVICES_IDS = 2;
    private static final int DYNAMIC_CLAIM_RESOURCES = 4;
    private static final int CLAIM_CDI_DEVICES = 1;
    private static final int CLAIM_DRIVER = 2;
    private static final int CLAIM_DEVICE = 4;
    private static final int CDI_NAME = 1;

    private static final Pattern ID = Pattern.compile("[0-9A-Za-z][!-~]{0,127}");

    /** By NVIDIA's driver ({@code cmd/gpu-kubelet-plugin/cdi.go}), which writes the claim's UID before the device. */
    private static final Pattern NVIDIA_CDI = Pattern.compile("k8s\\.(gpu\\.nvidia\\.com)/"
            + "(?:device=|claim=[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-)([0-9A-Za-z][!-~]{0,127})");

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
        Set<Given> given = new LinkedHashSet<>();
        for (int field = fields.next(); field != 0; field = fields.next()) {
            int most = MOST_DEVICES - held.size() - ids.size() - given.size();
            switch (field) {
                case CONTAINER_NAME -> name = fields.text();
                case CONTAINER_DEVICES -> addIds(fields.message(), ids, ids.size() + most);
                case CONTAINER_DYNAMIC -> addDynamic(fields.message(), given, given.size() + most);
                default -> {}
            }
        }
        if (PodNames.areValid(namespace, pod, name)) {
            KubernetesContainer container = new KubernetesContainer(namespace, pod, name);
            ids.forEach(id -> held.add(new HeldDevice(container, id)));
            given.forEach(device -> held.add(new HeldDevice(container, device.id(), Optional.of(device.driver()))));
        }
    }

    /** What dynamic resource allocation gave; the names of one device by several claims of a container are one. */
    private record Given(String driver, String id) {
        boolean isValid() {
            return ID.matcher(driver).matches() && ID.matcher(id).matches();
        }
    }

    private static void addDynamic(ProtobufFields fields, Set<Given> given, int most) throws IOException {
        for (int field = fields.next(); field != 0; field = fields.next()) {
            if (field == DYNAMIC_CLAIM_RESOURCES) {
                for (Given device : claimed(fields.message())) {
                    if (given.size() < most && device.isValid()) {
                        given.add(device);
                    }
                }
            }
        }
    }

    /** An older kubelet does not tell driver and device, but what CDI calls the device. */
    private static List<Given> claimed(ProtobufFields fields) throws IOException {
        String driver = "";
        String device = "";
        List<Given> byCdi = new ArrayList<>();
        for (int field = fields.next(); field != 0; field = fields.next()) {
            switch (field) {
                case CLAIM_DRIVER -> driver = fields.text();
                case CLAIM_DEVICE -> device = fields.text();
                case CLAIM_CDI_DEVICES -> cdi(fields.message()).ifPresent(byCdi::add);
                default -> {}
            }
        }
        return driver.isEmpty() || device.isEmpty() ? byCdi : List.of(new Given(driver, device));
    }

    private static Optional<Given> cdi(ProtobufFields fields) throws IOException {
        String name = "";
        for (int field = fields.next(); field != 0; field = fields.next()) {
            name = field == CDI_NAME ? fields.text() : name;
        }
        Matcher nvidia = NVIDIA_CDI.matcher(name);
        int equals = name.indexOf('=');
        if (nvidia.matches()) {
            return Optional.of(new Given(nvidia.group(1), nvidia.group(2)));
        }
        return equals < 0
                ? Optional.empty()
                : Optional.of(new Given(name.substring(0, equals), name.substring(equals + 1)));
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
