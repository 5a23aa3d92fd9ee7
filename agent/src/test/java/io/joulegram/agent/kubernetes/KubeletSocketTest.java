package io.joulegram.agent.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.joulegram.host.KubernetesContainer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeletSocketTest {
    private static final KubernetesContainer VLLM = new KubernetesContainer("llm", "vllm-0", "server");
    private static final byte[] PODS = KubeletStandIn.response(
            KubeletStandIn.pod("llm", "vllm-0", "server", "GPU-aa", "GPU-bb::1"),
            KubeletStandIn.pod("kube-system", "coredns-1", "coredns"),
            KubeletStandIn.pod("batch", "train", "main", "MIG-cc"));
    private static final byte[] CLAIMS = KubeletStandIn.response(KubeletStandIn.claiming(
            "llm", "vllm-0", "server", KubeletStandIn.claimed("gpu.nvidia.com", "gpu-0", "a.b/c=d")));

    @TempDir
    Path directory;

    private Path socket;
    private KubeletSocket kubelet;

    @BeforeEach
    void make() {
        socket = directory.resolve("kubelet.sock");
        kubelet = new KubeletSocket(socket);
    }

    @Test
    void tellsWhichContainerHoldsWhichDevice() throws IOException {
        try (KubeletStandIn standIn = KubeletStandIn.telling(socket, PODS)) {
            assertThat(standIn).isNotNull();
            for (int call = 0; call < 3; call++) {
                assertThat(kubelet.heldDevices())
                        .containsExactly(
                                new HeldDevice(VLLM, "GPU-aa"),
                                new HeldDevice(VLLM, "GPU-bb::1"),
                                new HeldDevice(new KubernetesContainer("batch", "train", "main"), "MIG-cc"));
            }
        }
    }

    @Test
    void tellsWhatDynamicResourceAllocationGave() throws IOException {
        String claim = "k8s.gpu.nvidia.com/claim=dab5ab50-d59a-42a6-af16-cfd4628c0f7a-";
        byte[] pods = KubeletStandIn.response(
                KubeletStandIn.claiming(
                        "llm",
                        "vllm-0",
                        "server",
                        KubeletStandIn.claimed("gpu.nvidia.com", "gpu-0", claim + "gpu-0"),
                        KubeletStandIn.claimed("gpu.nvidia.com", "gpu-1-mig-1g10gb-19-4"),
                        KubeletStandIn.claimed("gpu.nvidia.com", "gpu-0")),
                KubeletStandIn.claiming(
                        "llm",
                        "vllm-1",
                        "server",
                        KubeletStandIn.claimed("", "", "k8s.gpu.nvidia.com/device=gpu-0", claim + "gpu-0"),
                        KubeletStandIn.claimed("", "", "example.com/net=eth1", "nonsense"),
                        KubeletStandIn.claimed("gpu nvidia", "gpu-0"),
                        KubeletStandIn.claimed("gpu.nvidia.com", "x".repeat(200))));
        KubernetesContainer second = new KubernetesContainer("llm", "vllm-1", "server");
        try (KubeletStandIn standIn = KubeletStandIn.telling(socket, pods)) {
            assertThat(standIn).isNotNull();
            assertThat(kubelet.heldDevices())
                    .containsExactly(
                            new HeldDevice(VLLM, "gpu-0", Optional.of("gpu.nvidia.com")),
                            new HeldDevice(VLLM, "gpu-1-mig-1g10gb-19-4", Optional.of("gpu.nvidia.com")),
                            new HeldDevice(second, "gpu-0", Optional.of("gpu.nvidia.com")),
                            new HeldDevice(second, "eth1", Optional.of("example.com/net")));
        }
    }

    @Test
    void anAnswerThatIsLargerThanAWindowIsWhole() throws IOException {
        byte[][] pods = new byte[500][];
        for (int i = 0; i < pods.length; i++) {
            String[] ids = new String[40];
            Arrays.fill(ids, "GPU-" + "a".repeat(36) + i);
            pods[i] = KubeletStandIn.pod("llm", "pod-" + i, "server", ids);
        }
        try (KubeletStandIn standIn = KubeletStandIn.telling(socket, KubeletStandIn.response(pods))) {
            assertThat(standIn).isNotNull();
            assertThat(kubelet.heldDevices()).hasSize(20_000);
        }
    }

    @Test
    void whatIsTooLargeIsRefused() throws IOException {
        try (KubeletStandIn standIn = KubeletStandIn.telling(socket, new byte[5 << 20])) {
            assertThat(standIn).isNotNull();
            assertRefused("answered with more than 4194304 bytes");
        }
    }

    @Test
    void anErrorOfTheKubeletIsTold() throws IOException {
        try (KubeletStandIn standIn = KubeletStandIn.answering(
                socket,
                to -> to.onError(Status.RESOURCE_EXHAUSTED
                        .withDescription("rejected by rate limit")
                        .asRuntimeException()))) {
            assertThat(standIn).isNotNull();
            assertRefused("answered with status 8 of gRPC: rejected by rate limit");
        }
    }

    @Test
    void oneThatIsSilentIsGivenUp() throws IOException {
        kubelet = new KubeletSocket(socket, Duration.ofSeconds(1));
        try (KubeletStandIn standIn = KubeletStandIn.answering(socket, to -> {})) {
            assertThat(standIn).isNotNull();
            assertRefused("no answer within 1000 ms");
        }
    }

    @Test
    void whatIsNoKubeletIsRefused() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            for (String said : List.of("", "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\0\0\0\0\0")) {
                Thread talker = new Thread(() -> talk(server, said));
                talker.start();
                assertThatThrownBy(kubelet::heldDevices).isInstanceOf(IOException.class);
                talker.join();
            }
        }
    }

    private static void talk(ServerSocketChannel server, String said) {
        try (SocketChannel connection = server.accept()) {
            connection.write(ByteBuffer.wrap(said.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whereThereIsNoSocketItSaysSo() {
        assertThatThrownBy(kubelet::heldDevices)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(socket.toString());
    }

    @Test
    void messagesThatAreGarbledAreRefusedOrReadInPart() throws IOException {
        SplittableRandom random = new SplittableRandom(42);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] whole = i % 2 == 0 ? PODS : CLAIMS;
            byte[] garbled = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                garbled[random.nextInt(garbled.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(PodResources.heldDevices(ByteBuffer.wrap(garbled))).hasSizeLessThanOrEqualTo(3);
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1_000, 19_999);
    }

    @Test
    void namesThatNoPodHasAreLeftOut() throws IOException {
        byte[] response = KubeletStandIn.response(
                KubeletStandIn.pod("llm", "vllm\u001b[31m", "server", "GPU-aa"),
                KubeletStandIn.pod("", "vllm-0", "server", "GPU-aa"),
                KubeletStandIn.pod("llm", "vllm-0", "server", "GPU aa", "", "x".repeat(200), "GPU-ok"));

        assertThat(PodResources.heldDevices(ByteBuffer.wrap(response))).containsExactly(new HeldDevice(VLLM, "GPU-ok"));
    }

    private void assertRefused(String message) {
        assertThatThrownBy(kubelet::heldDevices).isInstanceOf(IOException.class).hasMessage(socket + ": " + message);
    }
}
