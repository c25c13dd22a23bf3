// SPDX-License-Identifier: Apache-2.0
// Tells how long datagrams took from the kernel's stamp to this program: all that come to a port, or with --self its own over
// the loopback. java -cp wirestamp.jar ReceiveLatency.java [--self] [--count N] ADDRESS:PORT

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.wirestamp.*;

class ReceiveLatency {
    public static void main(String[] arguments) {
        boolean self = false;
        int count = 1000;
        String local = null;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--self"))
                self = true;
            else if (arguments[i].equals("--count") && i + 1 < arguments.length)
                count = Integer.parseInt(arguments[++i]);
            else
                local = arguments[i];
        }
        if (local == null) {
            System.err.println("ReceiveLatency: give an address and port to listen at, such as 127.0.0.1:0");
            System.exit(2);
        }
        try (Context context = new Context();
                TimestampSocket socket = context.openSocket(new TimestampSocket.Options().stamps(Stamps.BOTH)
                        .bind(Wirestamp.parseAddress(local)))) {
            InetSocketAddress there = socket.localAddress();
            System.out.println("listening at " + Wirestamp.addressText(there));
            ByteBuffer ping = ByteBuffer.allocateDirect(32);
            Datagram datagram = new Datagram(65536); // used again and again: the loop makes no garbage
            long[] took = new long[count];
            int stamped = 0;
            int unstamped = 0;
            // The kernel begins to stamp some time after it was first asked; what came before is counted, and not for long.
            long patience = System.nanoTime() + 10_000_000_000L;
            while (stamped < count) {
                if (self)
                    socket.send(ping, there);
                socket.receive(datagram, null);
                if (datagram.hasSoftware())
                    took[stamped++] = context.read(Clock.REALTIME) - datagram.softwareNanos();
                else
                    unstamped++;
                if (stamped == 0 && System.nanoTime() > patience)
                    throw new IllegalStateException("no datagram carried a stamp");
            }
            Arrays.sort(took, 0, stamped);
            System.out.printf("%d datagrams, and %d without a stamp: least %d ns, median %d ns, 99%% below %d ns%n", count,
                    unstamped, took[0], took[stamped / 2], took[stamped * 99 / 100]);
        } catch (WirestampException failure) {
            System.err.println(failure.getMessage());
            System.exit(1);
        }
    }
}
