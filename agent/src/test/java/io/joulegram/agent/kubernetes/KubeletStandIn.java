package io.joulegram.agent.kubernetes;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Stands in for a kubelet: a server of gRPC, by grpc-java, on a Unix socket. */
public final class KubeletStandIn implements AutoCloseable {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Server server;

    private KubeletStandIn(Path socket, Consumer<StreamObserver<byte[]>> answer) throws IOException {
        MethodDescriptor<byte[], byte[]> list = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName("v1.PodResourcesLister/List")
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
        server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .addService(ServerServiceDefinition.builder("v1.PodResourcesLister")
                        .addMethod(list, ServerCalls.<byte[], byte[]>asyncUnaryCall((request, to) -> answer.accept(to)))
                        .build())
                .build()
                .start();
    }

    /** One that answers each call so. */
    static KubeletStandIn answering(Path socket, Consumer<StreamObserver<byte[]>> answer) throws IOException {
        return new KubeletStandIn(socket, answer);
    }

    /** One that tells of these pods. */
    public static KubeletStandIn telling(Path socket, byte[] response) throws IOException {
        return new KubeletStandIn(socket, to -> {
            to.onNext(response);
            to.onCompleted();
        });
    }

    private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Fields of a message, written by the library of Protocol Buffers. */
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteString.Output bytes = ByteString.newOutput();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteString().toByteArray();
    }

    /** A response with these pods. */
    public static byte[] response(byte[]... pods) {
        return message(out -> {
            for (byte[] pod : pods) {
                out.writeByteArray(1, pod);
            }
        });
    }

    /** A pod with one container that holds devices of one kind, beside processors and memory. */
    public static byte[] pod(String namespace, String name, String container, String... ids) {
        byte[] devices = message(out -> {
            out.writeString(1, "nvidia.com/gpu");
            for (String id : ids) {
                out.writeString(2, id);
            }
            out.writeByteArray(3, message(topology -> topology.writeByteArray(1, new byte[0])));
        });
        byte[] resources = message(out -> {
            out.writeString(1, container);
            out.writeByteArray(2, devices);
            out.writeInt64(3, 17);
            out.writeFixed64(9, 1);
            out.writeFixed32(10, 1);
        });
        return message(out -> {
            out.writeString(1, name);
            out.writeString(2, namespace);
            out.writeByteArray(3, resources);
            out.writeInt64(4, Long.MAX_VALUE);
        });
    }

    /** What dynamic resource allocation gave for a claim: driver and device, or what CDI calls the device. */
    public static byte[] claimed(String driver, String device, String... cdi) {
        byte[] resource = message(out -> {
            for (String name : cdi) {
                out.writeByteArray(1, message(named -> named.writeString(1, name)));
            }
            if (!driver.isEmpty()) {
                out.writeString(2, driver);
                out.writeString(3, "node-1");
                out.writeString(4, device);
            }
        });
        return message(out -> {
            out.writeString(2, "gpu-claim");
            out.writeString(3, "llm");
            out.writeByteArray(4, resource);
        });
    }

    /** A pod with one container that holds what was claimed. */
    public static byte[] claiming(String namespace, String name, String container, byte[]... claimed) {
        byte[] resources = message(out -> {
            out.writeString(1, container);
            for (byte[] claim : claimed) {
                out.writeByteArray(5, claim);
            }
        });
        return message(out -> {
            out.writeString(1, name);
            out.writeString(2, namespace);
            out.writeByteArray(3, resources);
        });
    }

    @Override
    public void close() {
        server.shutdownNow();
        var unused = loops.shutdownGracefully();
    }
}
