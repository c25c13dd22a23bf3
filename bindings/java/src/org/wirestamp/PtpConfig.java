// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Configuration of a PTP clock, by linuxptp's option names. May be used for any number of clocks; not by two threads at once.
 */
public final class PtpConfig extends NativeObject {
    /** All options at their defaults, no port. */
    public PtpConfig() {
        try (Scratch s = Scratch.open()) {
            int out = s.room(8);
            int error = s.output(Abi.wst_error.SIZE);
            s.check(Native.wst_ptp_config_create(s.address(out), s.address(error)), error);
            handle = s.bytes.getLong(out);
        }
    }

    @Override
    int closeHandle(long handle, long error) {
        Native.wst_ptp_config_destroy(handle);
        return Abi.WST_OK;
    }

    /**
     * Adds a port; ports are numbered from 1 in this order.
     *
     * @param interfaceName name, alternative name or index
     * @return this
     */
    public PtpConfig addPort(String interfaceName) {
        call((h, e) -> Native.wst_ptp_config_add_port(h, interfaceName, e));
        return this;
    }

    /**
     * Sets an option of the clock, or of all its ports.
     *
     * @param name linuxptp's
     * @param value as text
     * @return this
     * @throws WirestampException {@link Status#UNKNOWN_OPTION}, with a message that names the nearest one
     */
    public PtpConfig set(String name, String value) {
        call((h, e) -> Native.wst_ptp_config_set(h, name, value, e));
        return this;
    }

    /**
     * As {@link #set(String, String)}, for one port.
     *
     * @param port its interface
     * @param name option
     * @param value as text
     * @return this
     */
    public PtpConfig set(String port, String name, String value) {
        call((h, e) -> Native.wst_ptp_config_set_port(h, port, name, value, e));
        return this;
    }

    /**
     * @param name of an option
     * @return the clock's value, as text
     */
    public String get(String name) {
        return get(null, name);
    }

    /**
     * @param port its interface; null: the clock
     * @param name of an option
     * @return its value, as text
     */
    public String get(String port, String name) {
        try (Scratch s = Scratch.open()) {
            int length = s.room(8);
            call(s, (h, e) -> Native.wst_ptp_config_get(h, port, name, 0, 0, s.address(length), e));
            int size = s.bytes.getInt(length) + 1;
            int out = s.room(size);
            call(s, (h, e) -> Native.wst_ptp_config_get(h, port, name, s.address(out), size, 0, e));
            return Scratch.text(s.bytes, out, size);
        }
    }

    /**
     * Reads a configuration file of ptp4l as it is, all or nothing.
     *
     * @param path of it
     * @return this
     */
    public PtpConfig readFile(Path path) {
        call((h, e) -> Native.wst_ptp_config_read_file(h, path.toString(), e));
        return this;
    }

    /**
     * As {@link #readFile}, from memory.
     *
     * @param text of it
     * @param name what messages call it
     * @return this
     */
    public PtpConfig readText(String text, String name) {
        call((h, e) -> Native.wst_ptp_config_read_text(h, text, name, e));
        return this;
    }

    /** @return the table of all options */
    public static List<PtpOption> options() {
        List<PtpOption> options = new ArrayList<>();
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_ptp_option.SIZE);
            while (true) {
                s.bytes.putInt(out, Abi.wst_ptp_option.SIZE);
                if (Native.wst_ptp_option_at(options.size(), s.address(out), 0) != Abi.WST_OK) {
                    return options;
                }
                options.add(new PtpOption(text(s, out + Abi.wst_ptp_option.name),
                        s.bytes.getInt(out + Abi.wst_ptp_option.scope) == 2, text(s, out + Abi.wst_ptp_option.default_value),
                        text(s, out + Abi.wst_ptp_option.allowed), text(s, out + Abi.wst_ptp_option.unit),
                        text(s, out + Abi.wst_ptp_option.description)));
            }
        }
    }

    private static String text(Scratch s, int at) {
        return Native.text_at(s.bytes.getLong(at));
    }
}
