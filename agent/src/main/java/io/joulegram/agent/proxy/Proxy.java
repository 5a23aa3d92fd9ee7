package io.joulegram.agent.proxy;

import io.joulegram.agent.access.Access;
import io.joulegram.agent.access.Authorities;
import io.joulegram.agent.config.ListenAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A proxy that runs, from {@link #start} to {@link #close}. Thread-safe. */
public final class Proxy implements AutoCloseable {
    private static final int MOST_THREADS = 4;
    private static final int QUEUED_CONNECTIONS = 4096;
    private static final int MAX_LINE_BYTES = 16 << 10;
    private static final int MAX_HEADER_BYTES = 64 << 10;
    private static final int MAX_PIECE_BYTES = 32 << 10;
    private static final int MAX_WEB_BODY_BYTES = 1024;
    private static final int WEB_PATIENCE_SECONDS = 75;
    private static final WriteBufferWaterMark WRITE_LIMITS = new WriteBufferWaterMark(1 << 15, 1 << 16);

    private final MultiThreadIoEventLoopGroup loops;
    private final Access access;
    private final AgentFeed feed;
    private final EnergyBooks books;
    private final @Nullable AccessLog log;
    private final Channel channel;
    private final Channel web;

    private Proxy(
            MultiThreadIoEventLoopGroup loops,
            Access access,
            AgentFeed feed,
            EnergyBooks books,
            @Nullable AccessLog log,
            Channel channel,
            Channel web) {
        this.loops = loops;
        this.access = access;
        this.feed = feed;
        this.books = books;
        this.log = log;
        this.channel = channel;
        this.web = web;
    }

    /**
     * Starts to pass requests on.
     *
     * @throws IOException if an address cannot be had or the access log not be written; the message says which
     */
    public static Proxy start(ProxyPlan plan) throws IOException {
        AccessLog log =
                plan.accessLog().isPresent() ? AccessLog.open(plan.accessLog().get()) : null;
        RequestArchive archive = new RequestArchive();
        EnergyBooks books = new EnergyBooks(request -> {
            archive.add(request);
            if (log != null) {
                log.write(request);
            }
        });
        Metering metering = new Metering(books, archive, plan.tenants(), InstantSource.system());
        ProxyTraffic traffic = new ProxyTraffic(plan.settings(), metering);
        String address =
                plan.settings().target().getHost() + ":" + plan.settings().port();
        AgentFeed feed = new AgentFeed(plan.agent(), plan.period(), new AgentReadings(plan.server(), address), books);
        ProxyExposition exposition = new ProxyExposition(books, traffic, feed);
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()),
                new DefaultThreadFactory("proxy", true),
                NioIoHandler.newFactory());
        Access access = Access.of(plan.trust().own());
        Optional<Supplier<SSLEngine>> own = access.engines();
        try {
            Channel channel = bind(loops, plan.listen(), clients(own, traffic, upstreams(loops, plan)));
            Channel web = bind(loops, plan.web(), watchers(own, exposition));
            feed.start();
            return new Proxy(loops, access, feed, books, log, channel, web);
        } catch (IOException e) {
            stop(loops);
            access.close();
            if (log != null) {
                log.close();
            }
            throw e;
        }
    }

    private static Map<EventExecutor, Upstreams> upstreams(MultiThreadIoEventLoopGroup loops, ProxyPlan plan)
            throws SSLException {
        ProxySettings settings = plan.settings();
        Optional<SslContext> tls =
                settings.secure() ? Optional.of(toServer(plan.trust().authorities())) : Optional.empty();
        Map<EventExecutor, Upstreams> upstreams = new HashMap<>();
        for (EventExecutor loop : loops) {
            upstreams.put(loop, new Upstreams((EventLoop) loop, settings, tls, limits()));
        }
        return Map.copyOf(upstreams);
    }

    private static SslContext toServer(List<X509Certificate> authorities) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        return authorities.isEmpty()
                ? builder.build()
                : builder.trustManager(Authorities.verifier(authorities)).build();
    }

    private static HttpDecoderConfig limits() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxChunkSize(MAX_PIECE_BYTES);
    }

    private static ChannelInitializer<SocketChannel> clients(
            Optional<Supplier<SSLEngine>> tls, ProxyTraffic traffic, Map<EventExecutor, Upstreams> upstreams) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel connection) {
                Upstreams own = upstreams.get(connection.eventLoop());
                if (own == null) {
                    throw new IllegalStateException("a connection on an event loop of others");
                }
                encrypt(connection, tls);
                AnswerEncoder encoder = new AnswerEncoder();
                connection
                        .pipeline()
                        .addLast(new StrictRequestDecoder(limits()))
                        .addLast(encoder)
                        .addLast(new ClientConnection(traffic, own, encoder));
            }
        };
    }

    private static void encrypt(SocketChannel connection, Optional<Supplier<SSLEngine>> tls) {
        tls.ifPresent(engines -> connection.pipeline().addLast(new SslHandler(engines.get())));
    }

    private static ChannelInitializer<SocketChannel> watchers(
            Optional<Supplier<SSLEngine>> tls, ProxyExposition exposition) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel connection) {
                encrypt(connection, tls);
                connection
                        .pipeline()
                        .addLast(new ReadTimeoutHandler(WEB_PATIENCE_SECONDS))
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(MAX_WEB_BODY_BYTES))
                        .addLast(new WebConnection(exposition));
            }
        };
    }

    private static Channel bind(
            MultiThreadIoEventLoopGroup loops, ListenAddress address, ChannelInitializer<SocketChannel> connections)
            throws IOException {
        InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
        if (socket.isUnresolved()) {
            throw new IOException(address + ": there is no host \"" + address.host() + '"');
        }
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, QUEUED_CONNECTIONS)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_LIMITS)
                .childHandler(connections)
                .bind(socket)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(address + ": " + bound.cause().getMessage(), bound.cause());
        }
        return bound.channel();
    }

    /** Where clients reach it from this host: {@code http://127.0.0.1:PORT}, or {@code https}. */
    public URI baseUri() {
        return uri(channel);
    }

    /** Where its metrics are, without a path. */
    public URI webUri() {
        return uri(web);
    }

    private URI uri(Channel channel) {
        InetSocketAddress local = (InetSocketAddress) channel.localAddress();
        InetAddress address = local.getAddress();
        String host = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
        String scheme = access.engines().isPresent() ? "https" : "http";
        return URI.create(scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + local.getPort());
    }

    /** Stops listening, breaks off what is under way, and logs it as far as it is known. */
    @Override
    public void close() throws IOException {
        feed.close();
        access.close();
        stop(loops);
        books.close();
        if (log != null) {
            log.close();
        }
    }

    private static void stop(MultiThreadIoEventLoopGroup loops) {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
