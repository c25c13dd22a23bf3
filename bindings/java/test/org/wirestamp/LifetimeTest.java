// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may go when: listeners, collectors, threads and closes in every unhappy order. */
@Timeout(600) // only ends what hangs
@SuppressWarnings("try") // closing by hand is what is tested
class LifetimeTest {
    private static Context onHost(Simulation network) {
        return new Context(new Context.Options().simulated(network, "a"));
    }

    private static Simulation network() {
        return new Simulation(1).addHost("a").addAdapter("a", "eth0", "192.0.2.1/24").addHost("b")
                .addAdapter("b", "eth0", "192.0.2.2/24").connect("l", "a/eth0", "b/eth0");
    }

    /** Makes an event: what listeners of a watch on all of it take. */
    private static void rename(Simulation network, int turn) {
        network.apply("adapter a/eth0 stamps " + (turn % 2 == 0 ? "on" : "off"));
        network.run(Duration.ofSeconds(2));
    }

    private static TimestampSocket loopback(Context context, boolean events) {
        TimestampSocket.Options options =
                new TimestampSocket.Options().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return context.openSocket(events ? options.events() : options);
    }

    @Test
    void callbacksComeFromAThreadOfTheLibrary() throws InterruptedException {
        try (Context context = new Context(); TimestampSocket socket = loopback(context, true)) {
            CountDownLatch came = new CountDownLatch(1);
            AtomicReference<Thread> thread = new AtomicReference<>();
            AtomicReference<NativeObject> about = new AtomicReference<>();
            context.subscribe(EnumSet.of(EventType.SOCKET), socket, event -> {
                thread.set(Thread.currentThread());
                about.set(event.header().object());
                came.countDown();
            });
            socket.send(ByteBuffer.wrap(new byte[] {1}), socket.localAddress());
            came.await();
            assertFalse(thread.get() == Thread.currentThread());
            assertTrue(thread.get().isDaemon(), "the thread must not keep the machine from exiting");
            assertSame(socket, about.get());
        }
    }

    @Test
    void collectorKeepsAListenerThatIsSubscribedAndTakesItAfterwards() throws InterruptedException {
        try (Simulation network = network(); Context context = onHost(network)) {
            AtomicInteger calls = new AtomicInteger();
            Object[] witness = {new Object()};
            WeakReference<Object> watched = new WeakReference<>(witness[0]);
            Subscription subscription = context.watch(listenerThatHolds(witness[0], calls));
            witness[0] = null;
            for (int i = 0; i < 20; i++) {
                System.gc();
                rename(network, i);
            }
            assertTrue(calls.get() >= 20, "events went missing: " + calls.get());
            assertNotNull(watched.get());
            subscription.close();
            for (int i = 0; i < 200 && watched.get() != null; i++) {
                System.gc();
                Thread.onSpinWait();
            }
            assertNull(watched.get(), "an ended subscription still holds its listener");
        }
    }

    private static java.util.function.Consumer<InterfaceChange> listenerThatHolds(Object held, AtomicInteger calls) {
        return change -> {
            assertNotNull(held);
            calls.incrementAndGet();
        };
    }

    @Test
    void whatAListenerThrowsIsReportedAndEndsNothing() {
        List<Throwable> reported = new ArrayList<>();
        try (Simulation network = network();
                Context context = new Context(
                        new Context.Options().simulated(network, "a").onListenerFailure(reported::add))) {
            AtomicInteger calls = new AtomicInteger();
            context.watch(change -> {
                calls.incrementAndGet();
                throw new IllegalStateException("on purpose");
            });
            for (int i = 0; i < 3; i++) {
                rename(network, i);
            }
            assertEquals(3, calls.get());
            assertEquals(3, reported.size());
            assertEquals("on purpose", reported.get(0).getMessage());
        }
    }

    @Test
    void whatAListenerThrowsGoesToTheThreadsHandlerElse() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        List<Throwable> reported = new ArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> reported.add(failure));
        try (Simulation network = network(); Context context = onHost(network)) {
            context.watch(change -> {
                throw new StackOverflowError("on purpose");
            });
            rename(network, 0);
            assertEquals(1, reported.size());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void closingASubscriptionInItsOwnListenerMakesThatTheLastCall() {
        try (Simulation network = network(); Context context = onHost(network)) {
            AtomicInteger calls = new AtomicInteger();
            AtomicReference<Subscription> self = new AtomicReference<>();
            self.set(context.watch(change -> {
                calls.incrementAndGet();
                self.get().close();
            }));
            rename(network, 0);
            rename(network, 1);
            assertEquals(1, calls.get());
        }
    }

    @Test
    void closingTheContextInItsOwnListenerIsRefused() {
        try (Simulation network = network(); Context context = onHost(network)) {
            AtomicReference<Status> refused = new AtomicReference<>();
            context.watch(change -> refused.set(assertThrows(WirestampException.class, context::close).status()));
            rename(network, 0);
            assertEquals(Status.WOULD_DEADLOCK, refused.get());
            assertEquals(1, context.interfaces().size(), "a refused close changes nothing");
        }
    }

    @Test
    void closingObjectsInAListenerWorks() {
        try (Simulation network = network(); Context context = onHost(network)) {
            TimestampSocket socket = context.openSocket(new TimestampSocket.Options());
            AtomicInteger calls = new AtomicInteger();
            context.watch(change -> {
                socket.close();
                calls.incrementAndGet();
            });
            rename(network, 0);
            assertEquals(1, calls.get());
            assertTrue(socket.isClosed());
        }
    }

    @Test
    void callingBackIntoTheLibraryInAListenerWorks() {
        try (Simulation network = network(); Context context = onHost(network)) {
            List<String> seen = new ArrayList<>();
            context.watch(change -> seen.add(context.find(change.interfaceId()).name() + " "
                    + context.active(context.find("eth0")).hardware()));
            rename(network, 0);
            assertEquals(List.of("eth0 2047"), seen);
        }
    }

    @Test
    void everythingCanBeClosedTwice() {
        Simulation network = network();
        Context context = onHost(network);
        TimestampSocket socket = context.openSocket(new TimestampSocket.Options());
        PtpConfig config = new PtpConfig().addPort("eth0");
        Ptp ptp = context.openPtp(config);
        Subscription subscription = context.subscribe(event -> {});
        Correlation correlation = context.correlate(new Correlation.Options().adapter(context.find("eth0")));
        for (AutoCloseable closeable : List.of(subscription, correlation, ptp, config, socket, context, network)) {
            for (int i = 0; i < 2; i++) {
                try {
                    closeable.close();
                } catch (Exception unexpected) {
                    throw new AssertionError(unexpected);
                }
            }
        }
    }

    @Test
    void useAfterCloseIsAnException() {
        Simulation network = network();
        Context context = onHost(network);
        Interface eth0 = context.find("eth0");
        TimestampSocket socket = context.openSocket(new TimestampSocket.Options());
        PtpConfig config = new PtpConfig().addPort("eth0");
        Ptp ptp = context.openPtp(config);
        Correlation correlation = context.correlate(new Correlation.Options().adapter(eth0));
        Subscription subscription = context.subscribe(event -> {});
        context.close(); // and with it what is in it
        config.close();
        network.close();
        List<org.junit.jupiter.api.function.Executable> calls = List.of(context::interfaces, () -> context.find("eth0"),
                () -> context.crossTimestamp(eth0), () -> context.subscribe(event -> {}), () -> context.run(Duration.ZERO),
                () -> context.nextEvent(Duration.ZERO), () -> context.openSocket(new TimestampSocket.Options()),
                ptp::now, ptp::start, ptp::status, socket::localAddress, socket::counters,
                () -> socket.receive(new Datagram(10), Duration.ZERO), () -> correlation.convert(Clock.DEVICE, 0),
                () -> config.get("priority1"), network::now, () -> network.run(1), () -> onHost(network));
        for (org.junit.jupiter.api.function.Executable call : calls) {
            assertEquals(Status.CLOSED, assertThrows(WirestampException.class, call).status());
        }
        subscription.close();
    }

    @Test
    void closingWhileAnotherThreadWaitsEndsTheWait() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Context context = new Context()) {
            TimestampSocket socket = loopback(context, false);
            context.subscribeQueue(null, null);
            CountDownLatch begun = new CountDownLatch(3);
            Future<Status> receiver = threads.submit(() -> {
                begun.countDown();
                return assertThrows(WirestampException.class, () -> socket.receive(new Datagram(10), (Duration) null)).status();
            });
            Future<Status> stamps = threads.submit(() -> {
                begun.countDown();
                return assertThrows(WirestampException.class, () -> socket.transmitStamp(1, null)).status();
            });
            Future<Status> events = threads.submit(() -> {
                begun.countDown();
                return assertThrows(WirestampException.class, () -> context.nextEvent(null)).status();
            });
            begun.await();
            context.close();
            assertEquals(Status.CLOSED, receiver.get());
            assertEquals(Status.CLOSED, stamps.get());
            assertEquals(Status.CLOSED, events.get());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void interruptEndsAWait() throws Exception {
        try (Context context = new Context(); TimestampSocket socket = loopback(context, false)) {
            AtomicReference<Throwable> ended = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                try {
                    socket.receive(new Datagram(10), (Duration) null);
                } catch (Throwable thrown) {
                    ended.set(thrown);
                }
            });
            waiter.start();
            waiter.interrupt();
            waiter.join();
            assertEquals(java.util.concurrent.CancellationException.class, ended.get().getClass());
        }
    }

    @Test
    void closingAndCallingInAllThreadsNeverCrashes() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Simulation network = network()) {
            for (int round = 0; round < 200; round++) {
                Context context = onHost(network);
                Ptp ptp = context.openPtp(new PtpConfig().addPort("eth0"));
                List<Future<?>> working = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    working.add(threads.submit(() -> {
                        while (true) {
                            try {
                                ptp.now();
                                context.subscribe(event -> {}).close();
                            } catch (WirestampException closed) {
                                assertEquals(Status.CLOSED, closed.status());
                                return null;
                            }
                        }
                    }));
                }
                if (round % 2 == 0) {
                    ptp.close();
                }
                context.close();
                for (Future<?> work : working) {
                    work.get();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void subscribingAndEndingWhileEventsComeNeverCrashes() throws Exception {
        try (Context context = new Context(); TimestampSocket socket = loopback(context, true)) {
            InetSocketAddress self = socket.localAddress();
            Datagram datagram = new Datagram(16);
            Thread traffic = new Thread(() -> {
                try {
                    while (true) {
                        socket.send(ByteBuffer.wrap(new byte[4]), self);
                        while (socket.receive(datagram, Duration.ZERO)) {
                            Thread.onSpinWait();
                        }
                    }
                } catch (WirestampException closed) {
                    // The test is over.
                }
            });
            traffic.start();
            AtomicInteger calls = new AtomicInteger();
            for (int i = 0; i < 3000; i++) {
                AtomicInteger mine = new AtomicInteger();
                Subscription subscription = context.subscribe(EnumSet.of(EventType.SOCKET), null, event -> mine.incrementAndGet());
                if (i % 100 == 0) {
                    System.gc();
                }
                subscription.close();
                int after = mine.get();
                calls.addAndGet(after);
                assertEquals(after, mine.get(), "a listener ran after its subscription had ended");
            }
            socket.close();
            traffic.join();
        }
    }

    @Test
    void millionsOfCallsDoNotGrow() throws Exception {
        try (Simulation network = network(); Context context = onHost(network);
                PtpConfig config = new PtpConfig().addPort("eth0"); Ptp ptp = context.openPtp(config)) {
            Interface eth0 = context.find("eth0");
            long before = 0;
            for (int i = 0; i < 10_000_000; i++) {
                if (i == 1_000_000) {
                    before = resident();
                }
                switch (i % 4) {
                    case 0 -> ptp.now();
                    case 1 -> context.read(Clock.MONOTONIC);
                    case 2 -> context.crossTimestamp(eth0, Clock.MONOTONIC_RAW, 1);
                    default -> ptp.convert(Clock.MONOTONIC_RAW, i);
                }
                if (i % 100 == 0) {
                    assertThrows(WirestampException.class, () -> context.find("none"));
                    context.subscribe(event -> {}).close();
                }
            }
            long grown = resident() - before;
            assertTrue(grown < 48L << 20, "grew by " + (grown >> 20) + " MiB");
        }
    }

    private static long resident() throws java.io.IOException {
        System.gc();
        String statm = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/self/statm"));
        return Long.parseLong(statm.split(" ")[1]) * 4096;
    }
}
