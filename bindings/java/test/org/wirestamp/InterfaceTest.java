// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is Java's own in this layer: types, text, numbers, garbage; and real packets on the loopback. */
@Timeout(600) // only ends what hangs
class InterfaceTest {
    @Test
    void everyStatusOfTheLibraryHasAConstant() {
        try (Scratch s = Scratch.open()) {
            int status = s.room(8);
            int name = s.room(8);
            int index = 0;
            for (; Native.wst_status_at(index, s.address(status), s.address(name)) == Abi.WST_OK; index++) {
                Status constant = Status.of(s.bytes.getInt(status));
                assertFalse(constant == Status.UNKNOWN, Native.text_at(s.bytes.getLong(name)));
                String symbol = constant == Status.OK ? "WST_OK" : "WST_E_" + constant.name();
                assertEquals(symbol, Native.text_at(s.bytes.getLong(name)));
                assertEquals(symbol, constant.symbol());
            }
            assertEquals(Status.values().length - 1, index);
        }
    }

    @Test
    void textIsUtf8BothWays() {
        for (String name : List.of("Сеть", "ネットワーク", "a😀b", "é")) {
            try (Simulation network = new Simulation(1).addHost("h").addAdapter("h", name, (String) null);
                    Context context = new Context(new Context.Options().simulated(network, "h"))) {
                assertEquals(name, context.find(name).name());
                String message = assertThrows(WirestampException.class, () -> context.find("x" + name)).getMessage();
                assertTrue(message.contains("x" + name), message);
            }
        }
    }

    @Test
    void unsignedNumbersKeepTheirBits() {
        long most = Unsigned.parse("18446744073709551615");
        assertEquals(-1, most);
        assertEquals("18446744073709551615", Unsigned.toString(most));
        assertEquals(new BigInteger("18446744073709551615"), Unsigned.toBigInteger(most));
        assertEquals("0xffffffffffffffff", Unsigned.toHex(most));
        assertEquals(most, Unsigned.parse("0xffffffffffffffff"));
        assertTrue(Unsigned.compare(most, 1) > 0);
        try (Simulation network = new Simulation(most); Simulation same = new Simulation(-1)) {
            assertEquals(network.counters().digest(), same.counters().digest());
        }
    }

    @Test
    void exceptionsSayWhatAndWhy() {
        try (PtpConfig config = new PtpConfig()) {
            WirestampException failure = assertThrows(WirestampException.class, () -> config.set("prioritty1", "1"));
            assertEquals(Status.UNKNOWN_OPTION, failure.status());
            assertTrue(failure.getMessage().contains("priority1"));
        }
        try (Context context = new Context(); TimestampSocket socket = context.openSocket(new TimestampSocket.Options())) {
            InetSocketAddress taken = socket.localAddress();
            WirestampException failure = assertThrows(WirestampException.class,
                    () -> context.openSocket(new TimestampSocket.Options().bind(taken)));
            assertEquals(Status.BUSY, failure.status());
            assertEquals(98, failure.osError(), failure.getMessage());
        }
    }

    @Test
    void optionsAreATable() {
        List<PtpOption> options = PtpConfig.options();
        assertTrue(options.size() > 50);
        assertTrue(options.stream().anyMatch(o -> o.name().equals("priority1") && o.defaultValue().equals("128")));
    }

    @Test
    void instantsLoseNothing() {
        Stamp stamp = new Stamp(1_750_000_000_123_456_789L, Clock.REALTIME, Source.SOFTWARE, 0, -1);
        assertEquals(Instant.parse("2025-06-15T15:06:40.123456789Z"), stamp.instant());
        assertEquals(Instant.ofEpochSecond(-1, 999_999_999), Times.instant(-1));
        assertThrows(IllegalStateException.class, () -> new Stamp(1, Clock.DEVICE, Source.HARDWARE, 0, 0).instant());
        assertThrows(IllegalArgumentException.class, () -> Times.nanos(Duration.ofNanos(-1)));
        assertEquals(-1, Times.nanos(Duration.ofSeconds(Long.MAX_VALUE)));
    }

    @Test
    void systemHasALoopback() {
        try (Context context = new Context()) {
            Interface lo = context.interfaces().stream().filter(Interface::loopback).findFirst().orElseThrow();
            assertEquals(lo, context.find(lo.id()));
            assertEquals("loopback", lo.kind());
            assertTrue(context.supported(lo).softwareNames().contains("AllReceive"));
            assertEquals(PtpSupport.Level.SOFTWARE, context.supported(lo).ptpSupport().both());
            assertTrue(context.addresses(lo).contains(new InterfaceAddress(InetAddress.getLoopbackAddress(), 8)));
        }
    }

    @Test
    void logLinesCome() {
        List<String> lines = new ArrayList<>();
        try (Simulation network = new Simulation(1).addHost("h").addAdapter("h", "eth0", "192.0.2.1/24");
                Context context = new Context(
                        new Context.Options().simulated(network, "h").log(7, (level, text) -> lines.add(level + " " + text)));
                PtpConfig config = new PtpConfig().addPort("eth0"); Ptp ptp = context.openPtp(config)) {
            ptp.start();
            network.run(Duration.ofSeconds(20));
            assertFalse(lines.isEmpty());
        }
    }

    @Test
    void packetsOnTheLoopbackCarryStampsBothWays() throws Exception {
        InetAddress local = InetAddress.getByName("127.0.0.1");
        try (Context context = new Context();
                TimestampSocket from = context.openSocket(new TimestampSocket.Options().bind(new InetSocketAddress(local, 0)));
                TimestampSocket to = context.openSocket(new TimestampSocket.Options().bind(new InetSocketAddress(local, 0)))) {
            InetSocketAddress there = to.localAddress();
            Datagram datagram = new Datagram(64);
            do { // the kernel begins to stamp what it receives some time after it was first asked
                from.send(ByteBuffer.wrap(new byte[] {0}), there);
                assertTrue(to.receive(datagram, Duration.ofSeconds(5)));
            } while (!datagram.hasSoftware());
            long before = to.counters().received();
            for (int i = 0; i < 200; i++) {
                ByteBuffer data = i % 2 == 0 ? ByteBuffer.allocate(8) : ByteBuffer.allocateDirect(8);
                data.putInt(7).putInt(i).position(4);
                from.sendStamped(data, there, i);
                assertEquals(4, data.remaining());
                assertTrue(to.receive(datagram, Duration.ofSeconds(5)));
                assertEquals(4, datagram.size());
                assertEquals(i, datagram.data().getInt(0));
                assertEquals(from.localAddress(), datagram.source());
                TransmitStamp sent = from.transmitStamp(i, Duration.ofSeconds(5));
                assertNotNull(sent);
                assertEquals(i, sent.id());
                Stamp out = sent.best();
                assertEquals(Source.SOFTWARE, out.source());
                assertEquals(Clock.REALTIME, out.clock());
                assertTrue(datagram.softwareNanos() >= out.value(), "received before it was sent");
                assertTrue(Math.abs(Duration.between(datagram.software().instant(), Instant.now()).toSeconds()) < 60);
            }
            assertEquals(before + 200, to.counters().received());
            assertFalse(to.receive(datagram, Duration.ZERO));
            assertFalse(to.receive(datagram, Duration.ofMillis(120)));
            assertEquals(0, from.transmitStamps(4, Duration.ZERO).size());
        }
    }

    @Test
    void batchesAreSentAndReceived() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
        try (Context context = new Context();
                TimestampSocket from = context.openSocket(new TimestampSocket.Options().bind(any));
                TimestampSocket to = context.openSocket(new TimestampSocket.Options().bind(any))) {
            InetSocketAddress there = to.localAddress();
            OutgoingBatch out = new OutgoingBatch(3, 10);
            ByteBuffer one = ByteBuffer.wrap(new byte[] {9, 1}).position(1);
            out.addStamped(one, there, 7).addStamped(ByteBuffer.allocate(0), there, 8).add(ByteBuffer.allocateDirect(9), there);
            assertEquals(1, one.remaining());
            assertThrows(IllegalStateException.class, () -> out.add(ByteBuffer.allocate(0), there));
            assertEquals(3, from.send(out));
            DatagramBatch in = new DatagramBatch(8, 4);
            StringBuilder sizes = new StringBuilder();
            while (sizes.length() < 3) {
                int count = to.receive(in, Duration.ofSeconds(30));
                assertTrue(count > 0);
                for (int i = 0; i < count; i++) {
                    assertEquals(sizes.length() == 2, in.get(i).isTruncated());
                    assertEquals(from.localAddress(), in.get(i).source());
                    sizes.append(in.get(i).size());
                }
            }
            assertEquals("104", sizes.toString());
            int ids = 0;
            for (int taken = 0; taken < 2; ) {
                for (TransmitStamp stamp : from.transmitStamps(4, Duration.ofSeconds(30))) {
                    ids += stamp.id();
                    taken++;
                }
            }
            assertEquals(15, ids);
            assertEquals(0, from.send(out.clear()));
        }
    }

    @Test
    void batchesTakeWhatIsThere() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("::1"), 0);
        try (Context context = new Context();
                TimestampSocket from = context.openSocket(new TimestampSocket.Options().bind(any));
                TimestampSocket to = context.openSocket(new TimestampSocket.Options().bind(any))) {
            for (byte i = 0; i < 5; i++) {
                from.send(ByteBuffer.wrap(new byte[] {i, i}), to.localAddress());
            }
            DatagramBatch batch = new DatagramBatch(8, 32);
            int received = 0;
            while (received < 5) {
                int count = to.receive(batch, Duration.ofSeconds(5));
                assertTrue(count > 0);
                for (int i = 0; i < count; i++) {
                    assertEquals(2, batch.get(i).size());
                    assertEquals(received + i, batch.get(i).data().get(1));
                }
                received += count;
            }
        }
    }

    @Test
    void receivingMakesNoGarbage() throws Exception {
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
        try (Context context = new Context();
                TimestampSocket from = context.openSocket(new TimestampSocket.Options().bind(any));
                TimestampSocket to = context.openSocket(new TimestampSocket.Options().bind(any))) {
            InetSocketAddress there = to.localAddress();
            ByteBuffer data = ByteBuffer.allocateDirect(32);
            Datagram datagram = new Datagram(64);
            long id = Thread.currentThread().getId();
            long least = Long.MAX_VALUE;
            long sum = 0;
            // The compiler needs some time to see that nothing escapes.
            long patience = System.nanoTime() + 30_000_000_000L;
            while (least > 0 && System.nanoTime() < patience) {
                long used = 0;
                for (int i = 0; i < 1000; i++) {
                    from.send(data, there);
                    long before = threads.getThreadAllocatedBytes(id);
                    to.receive(datagram, 1_000_000_000L);
                    sum += datagram.softwareNanos() + datagram.size();
                    used += threads.getThreadAllocatedBytes(id) - before;
                }
                least = Math.min(least, used);
            }
            assertTrue(sum != 0);
            assertEquals(0, least, "bytes made by 1000 received datagrams");
        }
    }

    @Test
    void addressesSurviveBothWays() throws Exception {
        for (String text : List.of("192.0.2.1:319", "0.0.0.0:1", "[ff02::6b]:320", "::1", "[fe80::1%1]:319")) {
            assertEquals(text, Wirestamp.addressText(Wirestamp.parseAddress(text)));
        }
        assertThrows(IllegalArgumentException.class,
                () -> Wirestamp.addressText(InetSocketAddress.createUnresolved("example.org", 1)));
        assertTrue(Arrays.asList(Wirestamp.version().split("\\.")).size() == 3);
        assertTrue(Wirestamp.buildInfo().contains(Wirestamp.version()));
    }
}
