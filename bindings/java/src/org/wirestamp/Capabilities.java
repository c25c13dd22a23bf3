// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What stamps an adapter can take (supported), or takes now (active).
 *
 * @param valid which of the rest the system told, as the C interface's WST_CAPABILITIES_VALID_* bits; a bit that is not set means
 *     unknown, which is different from off
 * @param hardware bits of hardware flags; {@link #hardwareNames} has their names
 * @param software bits of software flags
 * @param clockFrequency Hz, nominal: what hardware stamps count; 0: none
 * @param soTimestamping Linux: SOF_TIMESTAMPING_* bits
 * @param txTypes Linux: 1 &lt;&lt; HWTSTAMP_TX_*
 * @param rxFilters Linux: 1 &lt;&lt; HWTSTAMP_FILTER_*
 * @param phcIndex number of the hardware clock, -1: none
 * @param crossTimestamp whether cross-timestamps can be had
 * @param providerIndex Linux 6.14: index of the hardware that stamps (MAC or PHY)
 * @param providerQualifier Linux 6.14: 0 precise, 1 approximate
 */
public record Capabilities(int valid, int hardware, int software, long clockFrequency, long soTimestamping, int txTypes,
        int rxFilters, int phcIndex, boolean crossTimestamp, int providerIndex, int providerQualifier) {

    static Capabilities read(ByteBuffer b, int at) {
        return new Capabilities(b.getInt(at + Abi.wst_capabilities.valid), b.getInt(at + Abi.wst_capabilities.hardware),
                b.getInt(at + Abi.wst_capabilities.software), b.getLong(at + Abi.wst_capabilities.clock_frequency),
                b.getLong(at + Abi.wst_capabilities.so_timestamping), b.getInt(at + Abi.wst_capabilities.tx_types),
                b.getInt(at + Abi.wst_capabilities.rx_filters), b.getInt(at + Abi.wst_capabilities.phc_index),
                b.getInt(at + Abi.wst_capabilities.cross_timestamp) != 0,
                b.getInt(at + Abi.wst_capabilities.provider_index), b.getInt(at + Abi.wst_capabilities.provider_qualifier));
    }

    void write(ByteBuffer b, int at) {
        b.putInt(at + Abi.wst_capabilities.valid, valid);
        b.putInt(at + Abi.wst_capabilities.hardware, hardware);
        b.putInt(at + Abi.wst_capabilities.software, software);
        b.putLong(at + Abi.wst_capabilities.clock_frequency, clockFrequency);
        b.putLong(at + Abi.wst_capabilities.so_timestamping, soTimestamping);
        b.putInt(at + Abi.wst_capabilities.tx_types, txTypes);
        b.putInt(at + Abi.wst_capabilities.rx_filters, rxFilters);
        b.putInt(at + Abi.wst_capabilities.phc_index, phcIndex);
        b.putInt(at + Abi.wst_capabilities.cross_timestamp, crossTimestamp ? 1 : 0);
        b.putInt(at + Abi.wst_capabilities.provider_index, providerIndex);
        b.putInt(at + Abi.wst_capabilities.provider_qualifier, providerQualifier);
    }

    /** @return whether the system told the hardware flags */
    public boolean knowsHardware() {
        return (valid & Abi.WST_CAPABILITIES_VALID_HARDWARE) != 0;
    }

    /** @return whether the system told the software flags */
    public boolean knowsSoftware() {
        return (valid & Abi.WST_CAPABILITIES_VALID_SOFTWARE) != 0;
    }

    /** @return names of the hardware flags that are set, as Windows has them */
    public List<String> hardwareNames() {
        return names(Abi.WST_CAPABILITY_HARDWARE, hardware);
    }

    /** @return names of the software flags that are set */
    public List<String> softwareNames() {
        return names(Abi.WST_CAPABILITY_SOFTWARE, software);
    }

    /** @return the kernel's names of the {@code soTimestamping} bits that are set */
    public List<String> soTimestampingNames() {
        return names(Abi.WST_CAPABILITY_SO_TIMESTAMPING, (int) soTimestamping);
    }

    /** @return the kernel's names of the {@code txTypes} bits that are set */
    public List<String> txTypeNames() {
        return names(Abi.WST_CAPABILITY_TX_TYPE, txTypes);
    }

    /** @return the kernel's names of the {@code rxFilters} bits that are set */
    public List<String> rxFilterNames() {
        return names(Abi.WST_CAPABILITY_RX_FILTER, rxFilters);
    }

    private static List<String> names(int mask, int bits) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < 32; bit++) {
            if ((bits >>> bit & 1) != 0) {
                String name = Native.wst_capability_name(mask, bit);
                names.add(name != null ? name : "bit " + bit);
            }
        }
        return names;
    }

    /** @return how well two-step PTPv2 over UDP can be run with these */
    public PtpSupport ptpSupport() {
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_capabilities.SIZE);
            write(s.bytes, in);
            int out = s.output(Abi.wst_ptp_support.SIZE);
            int error = s.output(Abi.wst_error.SIZE);
            s.check(Native.wst_capabilities_ptp_support(s.address(in), s.address(out), s.address(error)), error);
            return new PtpSupport(PtpSupport.Level.of(s.bytes.getInt(out + Abi.wst_ptp_support.ipv4)),
                    PtpSupport.Level.of(s.bytes.getInt(out + Abi.wst_ptp_support.ipv6)),
                    PtpSupport.Level.of(s.bytes.getInt(out + Abi.wst_ptp_support.both)),
                    (s.bytes.getInt(out + Abi.wst_ptp_support.valid) & Abi.WST_PTP_SUPPORT_VALID_HARDWARE) != 0,
                    (s.bytes.getInt(out + Abi.wst_ptp_support.valid) & Abi.WST_PTP_SUPPORT_VALID_SOFTWARE) != 0);
        }
    }
}
