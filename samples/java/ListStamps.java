// SPDX-License-Identifier: Apache-2.0
// Tells what stamps each adapter can take and takes now, and reads its clock against the system's.
// java -cp wirestamp.jar ListStamps.java [INTERFACE]...

import java.util.List;
import java.util.stream.Stream;
import org.wirestamp.*;

class ListStamps {
    public static void main(String[] arguments) {
        try (Context context = new Context()) {
            List<Interface> adapters = arguments.length == 0 ? context.interfaces()
                    : Stream.of(arguments).map(context::find).toList();
            for (Interface adapter : adapters) {
                System.out.printf("%s (%s, %s)%n", adapter.name(), adapter.kind(), adapter.link());
                try {
                    tell(context, adapter);
                } catch (WirestampException failure) {
                    System.out.println("   " + failure.getMessage());
                }
            }
        } catch (WirestampException failure) {
            System.err.println(failure.getMessage());
            System.exit(1);
        }
    }

    static void tell(Context context, Interface adapter) {
        Capabilities supported = context.supported(adapter);
        Capabilities active = context.active(adapter);
        PtpSupport support = supported.ptpSupport();
        System.out.printf("   PTP stamps: IPv4 %s, IPv6 %s%n", support.ipv4(), support.ipv6());
        System.out.printf("   supported: hardware %s, software %s%n", supported.hardwareNames(), supported.softwareNames());
        System.out.println(active.knowsHardware() ? "   active: hardware " + active.hardwareNames()
                : "   active hardware stamps: the driver does not say");
        try {
            CrossTimestamp cross = context.crossTimestamp(adapter, Clock.REALTIME, 9);
            System.out.printf("   clock %d: %d ns at %s %d ns, within %d ns (%s)%n", cross.deviceIndex(), cross.device(),
                    cross.systemClock(), cross.system(), cross.uncertainty(), cross.method());
        } catch (WirestampException failure) {
            if (failure.status() != Status.NOT_SUPPORTED)
                throw failure;
            System.out.println("   no hardware clock");
        }
    }
}
