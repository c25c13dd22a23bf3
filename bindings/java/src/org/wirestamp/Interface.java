// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A network interface, as it was when asked.
 *
 * @param id what every call names it by, unsigned, never 0; stays the same when it is renamed
 * @param lowerId the device under a VLAN or macvlan, a bond's active one; 0: none
 * @param index the system's interface index
 * @param name such as "eth0"
 * @param friendlyName alias or connection name; else equal to {@code name}
 * @param driver kernel module, "" if unknown
 * @param kind "ethernet", "veth" and so on
 * @param link whether there is a carrier
 * @param up switched on by the administrator
 * @param loopback whether it leads back to this host
 * @param multicast whether it can multicast
 * @param mtu bytes, 0 if unknown
 * @param phcIndex number of its hardware clock, -1: none or unknown
 * @param hardwareAddress MAC as "02:00:5e:…", "" if none
 */
public record Interface(long id, long lowerId, int index, String name, String friendlyName, String driver, String kind,
        LinkState link, boolean up, boolean loopback, boolean multicast, int mtu, int phcIndex, String hardwareAddress) {

    static Interface read(ByteBuffer b, int at) {
        int valid = b.getInt(at + Abi.wst_interface.valid);
        int flags = b.getInt(at + Abi.wst_interface.flags);
        int length = Math.min(8, b.getInt(at + Abi.wst_interface.hardware_address_length));
        return new Interface(b.getLong(at + Abi.wst_interface.id), b.getLong(at + Abi.wst_interface.lower_id),
                b.getInt(at + Abi.wst_interface.index), Scratch.text(b, at + Abi.wst_interface.name, 64),
                Scratch.text(b, at + Abi.wst_interface.friendly_name, 128), Scratch.text(b, at + Abi.wst_interface.driver, 32),
                Native.wst_interface_kind_name(b.getInt(at + Abi.wst_interface.kind)),
                LinkState.of(b.getInt(at + Abi.wst_interface.link_state)), (flags & Abi.WST_INTERFACE_UP) != 0,
                (flags & Abi.WST_INTERFACE_LOOPBACK) != 0, (flags & Abi.WST_INTERFACE_MULTICAST) != 0,
                b.getInt(at + Abi.wst_interface.mtu),
                (valid & Abi.WST_INTERFACE_VALID_PHC_INDEX) != 0 ? b.getInt(at + Abi.wst_interface.phc_index) : -1,
                HexFormat.ofDelimiter(":").formatHex(Scratch.octets(b, at + Abi.wst_interface.hardware_address, length)));
    }
}
