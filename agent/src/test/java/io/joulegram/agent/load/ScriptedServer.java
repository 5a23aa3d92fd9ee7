package io.joulegram.agent.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers each request by a script, byte for byte. */
final class ScriptedServer implements AutoCloseable {
    /** Answers one request; a connection is closed when it throws. */
    @FunctionalInterface
    interface Script {
        void answer(int number, OutputStream out) throws Exception;
    }

    static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    static final String END = "0\r\n\r\n";

    private final ServerSocket socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final Script script;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    ScriptedServer(Script script) throws IOException {
        this.script = script;
        Thread thread = new Thread(this::accept, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    static String chunk(String event) {
        String data = "data: " + event + "\n\n";
        return Integer.toHexString(data.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + data + "\r\n";
    }

    static String token(String text) {
        return chunk("{\"choices\":[{\"index\":0,\"text\":\"" + text + "\"}]}");
    }

    static String usage(int prompt, int cached, int output) {
        return chunk("{\"choices\":[],\"usage\":{\"prompt_tokens\":" + prompt + ",\"completion_tokens\":" + output
                + ",\"prompt_tokens_details\":{\"cached_tokens\":" + cached + "}}}");
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
    }

    List<String> bodies() {
        return bodies;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket connection = socket.accept();
                open.add(connection);
                Thread thread = new Thread(() -> serve(connection), "scripted-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            String line = in.readLine();
            while (line != null) {
                int length = 0;
                while (!line.isEmpty()) {
                    if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                        length = Integer.parseInt(line.substring(15).strip());
                    }
                    line = in.readLine();
                }
                char[] body = new char[length];
                int read = 0;
                while (read < length) {
                    read += in.read(body, read, length - read);
                }
                bodies.add(new String(body));
                script.answer(bodies.size(), connection.getOutputStream());
                line = in.readLine();
            }
        } catch (Exception e) {
            // The script wants the connection closed, or the client has closed it.
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
    }
}
