// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What changed on one interface.
 *
 * @param interfaceId which, unsigned
 * @param index the system's interface index
 * @param name now; of a removed one the last known
 * @param oldName before; of an added one empty
 * @param reasons bits; {@link #reasonNames} has their names
 * @param phcBefore number of its hardware clock, -1: none or unknown
 * @param phcAfter the same, now
 * @param linkBefore carrier
 * @param linkAfter the same, now
 * @param clockStep ns, about, when its clock was stepped
 * @param supportedBefore {@code valid} is 0 where it did not exist
 * @param supportedAfter the same, now
 * @param activeBefore {@code valid} is 0 where it did not exist
 * @param activeAfter the same, now
 */
public record InterfaceChange(long interfaceId, int index, String name, String oldName, int reasons, int phcBefore, int phcAfter,
        LinkState linkBefore, LinkState linkAfter, long clockStep, Capabilities supportedBefore, Capabilities supportedAfter,
        Capabilities activeBefore, Capabilities activeAfter) {

    static InterfaceChange read(ByteBuffer b, int at) {
        return new InterfaceChange(b.getLong(at + Abi.wst_interface_change.interface_id),
                b.getInt(at + Abi.wst_interface_change.index), Scratch.text(b, at + Abi.wst_interface_change.name, 64),
                Scratch.text(b, at + Abi.wst_interface_change.old_name, 64), b.getInt(at + Abi.wst_interface_change.reasons),
                b.getInt(at + Abi.wst_interface_change.phc_before), b.getInt(at + Abi.wst_interface_change.phc_after),
                LinkState.of(Scratch.unsigned(b, at + Abi.wst_interface_change.link_before)),
                LinkState.of(Scratch.unsigned(b, at + Abi.wst_interface_change.link_after)),
                b.getLong(at + Abi.wst_interface_change.clock_step),
                Capabilities.read(b, at + Abi.wst_interface_change.supported_before),
                Capabilities.read(b, at + Abi.wst_interface_change.supported_after),
                Capabilities.read(b, at + Abi.wst_interface_change.active_before),
                Capabilities.read(b, at + Abi.wst_interface_change.active_after));
    }

    /** @return "added", "link" and so on */
    public List<String> reasonNames() {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < 32; bit++) {
            if ((reasons >>> bit & 1) != 0) {
                String name = Native.wst_change_name(bit);
                names.add(name != null ? name : "bit " + bit);
            }
        }
        return names;
    }
}
