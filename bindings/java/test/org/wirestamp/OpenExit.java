// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Ends with everything open, events under way and threads in waiting calls; nothing may crash or hold the machine up. */
final class OpenExit {
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            System.out.println(Wirestamp.version());
            return;
        }
        Context context = new Context();
        TimestampSocket socket = context.openSocket(new TimestampSocket.Options().events()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        context.subscribe(event -> socket.receive(new Datagram(8), 0));
        context.watch(change -> {});
        context.correlate(new Correlation.Options().stampClock(Clock.REALTIME).systemClock(Clock.MONOTONIC));
        TimestampSocket silent = context.openSocket(new TimestampSocket.Options());
        daemon(() -> silent.receive(new Datagram(8), -1));
        daemon(() -> context.nextEvent(null));
        InetSocketAddress self = socket.localAddress();
        daemon(() -> {
            while (true) {
                socket.send(ByteBuffer.wrap(new byte[1]), self);
            }
        });
        Simulation network = new Simulation(1).addHost("a").addAdapter("a", "eth0", "192.0.2.1/24");
        Context simulated = new Context(new Context.Options().simulated(network, "a"));
        simulated.openPtp(new PtpConfig().addPort("eth0")).start();
        simulated.subscribe(event -> {});
        daemon(() -> network.run(Long.MAX_VALUE / 2));
        for (int i = 0; i < 2000; i++) {
            socket.send(ByteBuffer.wrap(new byte[1]), self);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }
}
