package io.joulegram.ipmi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.jna.Pointer;
import io.joulegram.posix.Errno;
import io.joulegram.posix.NativeBuffer;
import io.joulegram.posix.PosixException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DcmiPowerMeterTest {
    /** 500 W now, 10 W least, 900 W most, 400 W on average, and active. */
    private static final byte[] READING =
            bytes(0x00, 0xdc, 0xf4, 0x01, 0x0a, 0x00, 0x84, 0x03, 0x90, 0x01, 0, 0, 0, 0, 0xe8, 0x03, 0, 0, 0x40);

    private final StandInBmc bmc = new StandInBmc();

    @TempDir
    Path directory;

    @Test
    void asksForTheSystemsPowerAndReadsIt() {
        try (DcmiPowerMeter meter = new DcmiPowerMeter(bmc)) {
            bmc.answers = READING;

            assertThat(meter.read(1_000)).isZero();
            assertThat(meter.watts()).isEqualTo(500);
            assertThat(bmc.asked).isEqualTo(bytes(0x2c, 0x02, 0xdc, 0x01, 0x00, 0x00));
            assertThat(bmc.address).isEqualTo(bytes(0x0c, 0, 0, 0, 0x0f, 0, 0, 0));
        }
        assertThat(bmc.closed).isTrue();
    }

    @Test
    void readsPowerAbove32767Watts() {
        byte[] answer = READING.clone();
        answer[3] = (byte) 0xff;
        bmc.answers = answer;
        DcmiPowerMeter meter = new DcmiPowerMeter(bmc);

        assertThat(meter.read(1_000)).isZero();
        assertThat(meter.watts()).isEqualTo(0xfff4);
    }

    @Test
    void passesOverTheLateAnswerToAnEarlierRequest() {
        DcmiPowerMeter meter = new DcmiPowerMeter(bmc);
        assertThat(meter.read(1_000)).isEqualTo(Errno.ETIMEDOUT);
        byte[] late = READING.clone();
        late[2] = 1;
        bmc.queue.add(StandInBmc.Message.of(1, late));
        bmc.answers = READING;

        assertThat(meter.read(1_000)).isZero();
        assertThat(meter.watts()).isEqualTo(500);
    }

    @Test
    void tellsWithWhichCodeTheBmcRefused() {
        bmc.answers = bytes(0xc1);
        int code = new DcmiPowerMeter(bmc).read(1_000);

        assertThat(DcmiPowerMeter.errorName(code)).isEqualTo("IPMI_COMPLETION_C1");
    }

    @Test
    void takesNothingForAReadingThatIsNone() {
        DcmiPowerMeter meter = new DcmiPowerMeter(bmc);
        bmc.answers = Arrays.copyOf(READING, 18);
        assertThat(meter.read(1_000)).isEqualTo(Errno.EBADMSG);
        bmc.answers = new byte[0];
        assertThat(meter.read(1_000)).isEqualTo(Errno.EBADMSG);
        byte[] otherGroup = READING.clone();
        otherGroup[1] = 0;
        bmc.answers = otherGroup;
        assertThat(meter.read(1_000)).isEqualTo(Errno.EBADMSG);
        byte[] inactive = READING.clone();
        inactive[18] = 0;
        bmc.answers = inactive;
        assertThat(meter.read(1_000)).isEqualTo(Errno.ENODATA);
        assertThat(meter.watts()).isZero();
    }

    @Test
    void tellsTheKernelsErrors() {
        bmc.sendResult = -Errno.ENODEV;
        assertThat(new DcmiPowerMeter(bmc).read(1_000)).isEqualTo(Errno.ENODEV);
        assertThatExceptionOfType(PosixException.class)
                .isThrownBy(() -> DcmiPowerMeter.open(directory.resolve("ipmi0")))
                .withMessageEndingWith("ipmi0: ENOENT");
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Reads and fills the kernel's structures as the kernel does. */
    private static final class StandInBmc implements IpmiPort {
        /** The id of a request, and the data of the answer to it. */
        record Message(long id, List<Byte> data) {
            static Message of(long id, byte[] data) {
                List<Byte> bytes = new ArrayList<>();
                for (byte one : data) {
                    bytes.add(one);
                }
                return new Message(id, bytes);
            }
        }

        final Deque<Message> queue = new ArrayDeque<>();
        byte @Nullable [] answers;
        byte[] asked = {};
        byte[] address = {};
        int sendResult;
        boolean closed;

        @Override
        public int control(long request, NativeBuffer argument) {
            return request == 0x8028690dL ? send(argument) : receive(argument);
        }

        private int send(NativeBuffer req) {
            var bytes = req.bytes();
            byte[] data = new Pointer(bytes.getLong(32)).getByteArray(0, bytes.getShort(26));
            asked = new byte[2 + data.length];
            asked[0] = bytes.get(24);
            asked[1] = bytes.get(25);
            System.arraycopy(data, 0, asked, 2, data.length);
            address = new Pointer(bytes.getLong(0)).getByteArray(0, bytes.getInt(8));
            if (answers != null) {
                queue.add(Message.of(bytes.getLong(16), answers));
            }
            return sendResult;
        }

        private int receive(NativeBuffer recv) {
            Message message = queue.remove();
            var bytes = recv.bytes();
            bytes.putInt(0, 1);
            bytes.putLong(24, message.id());
            bytes.put(32, (byte) 0x2d).put(33, (byte) 0x02);
            bytes.putShort(34, (short) message.data().size());
            Pointer data = new Pointer(bytes.getLong(40));
            for (int i = 0; i < message.data().size(); i++) {
                data.setByte(i, message.data().get(i));
            }
            return 0;
        }

        @Override
        public int awaitReadable(int timeoutMillis) {
            return queue.isEmpty() ? 0 : 1;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
