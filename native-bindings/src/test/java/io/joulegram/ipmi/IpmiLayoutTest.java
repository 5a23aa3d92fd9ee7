package io.joulegram.ipmi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.joulegram.nvml.CCompiler;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IpmiLayoutTest {
    private static final String PROGRAM = """
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/ioctl.h>
            #include <linux/ipmi.h>
            #define OUT(name, value) printf("%s %d\\n", name, (int) (value))
            int main(void) {
                OUT("ADDR_SIZE", sizeof(struct ipmi_system_interface_addr));
                OUT("ADDR_TYPE", offsetof(struct ipmi_system_interface_addr, addr_type));
                OUT("ADDR_CHANNEL", offsetof(struct ipmi_system_interface_addr, channel));
                OUT("ADDR_LUN", offsetof(struct ipmi_system_interface_addr, lun));
                OUT("REQ_SIZE", sizeof(struct ipmi_req));
                OUT("REQ_ADDR", offsetof(struct ipmi_req, addr));
                OUT("REQ_ADDR_LEN", offsetof(struct ipmi_req, addr_len));
                OUT("REQ_MSGID", offsetof(struct ipmi_req, msgid));
                OUT("REQ_MSG", offsetof(struct ipmi_req, msg));
                OUT("RECV_SIZE", sizeof(struct ipmi_recv));
                OUT("RECV_TYPE", offsetof(struct ipmi_recv, recv_type));
                OUT("RECV_ADDR", offsetof(struct ipmi_recv, addr));
                OUT("RECV_ADDR_LEN", offsetof(struct ipmi_recv, addr_len));
                OUT("RECV_MSGID", offsetof(struct ipmi_recv, msgid));
                OUT("RECV_MSG", offsetof(struct ipmi_recv, msg));
                OUT("MSG_NETFN", offsetof(struct ipmi_msg, netfn));
                OUT("MSG_CMD", offsetof(struct ipmi_msg, cmd));
                OUT("MSG_DATA_LEN", offsetof(struct ipmi_msg, data_len));
                OUT("MSG_DATA", offsetof(struct ipmi_msg, data));
                OUT("ADDR_TYPE_SYSTEM_INTERFACE", IPMI_SYSTEM_INTERFACE_ADDR_TYPE);
                OUT("CHANNEL_BMC", IPMI_BMC_CHANNEL);
                OUT("RECV_TYPE_RESPONSE", IPMI_RESPONSE_RECV_TYPE);
                OUT("SEND_COMMAND", IPMICTL_SEND_COMMAND);
                OUT("RECEIVE_MSG_TRUNC", IPMICTL_RECEIVE_MSG_TRUNC);
                return 0;
            }
            """;

    @TempDir
    Path directory;

    @Test
    void everyOffsetAndNumberIsWhatTheCCompilerMakesOfTheHeader() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/include/linux/ipmi.h")), "the kernel's headers are not installed");
        CCompiler compiler = CCompiler.find();
        Files.writeString(directory.resolve("layout.c"), PROGRAM);
        compiler.run(directory, List.of("-o", "layout", "layout.c"));
        Map<String, Integer> table = new TreeMap<>();
        CCompiler.runToEnd(directory, List.of(directory.resolve("layout").toString()))
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(words -> table.put(words[0], Integer.valueOf(words[1])));

        assertThat(javaTable()).isEqualTo(table);
    }

    private static Map<String, Integer> javaTable() throws IllegalAccessException {
        Map<String, Integer> table = new TreeMap<>();
        for (Field field : IpmiLayout.class.getDeclaredFields()) {
            if (!field.isSynthetic()) {
                table.put(field.getName(), field.getInt(null));
            }
        }
        return table;
    }
}
