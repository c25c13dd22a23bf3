// SPDX-License-Identifier: Apache-2.0
// Tells of every change of adapters, links, stamping and hardware clocks, until it is interrupted or has told so many.
// java -cp wirestamp.jar WatchChanges.java [COUNT]

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.wirestamp.*;

class WatchChanges {
    public static void main(String[] arguments) throws InterruptedException {
        CountDownLatch left = new CountDownLatch(arguments.length > 0 ? Integer.parseInt(arguments[0]) : Integer.MAX_VALUE);
        try (Context context = new Context();
                Subscription changes = context.watch(null, Duration.ofMillis(200), change -> {
                    tell(change);
                    left.countDown();
                })) {
            System.out.println("watching");
            left.await();
        } catch (WirestampException failure) {
            System.err.println(failure.getMessage());
            System.exit(1);
        }
    }

    /** Runs on the library's thread. */
    static void tell(InterfaceChange change) {
        StringBuilder line = new StringBuilder(change.name() + ": " + String.join(", ", change.reasonNames()));
        if (change.linkBefore() != change.linkAfter())
            line.append(" (").append(change.linkBefore()).append(" -> ").append(change.linkAfter()).append(')');
        if (change.activeBefore().hardware() != change.activeAfter().hardware())
            line.append(" (hardware stamps ").append(change.activeBefore().hardwareNames()).append(" -> ")
                    .append(change.activeAfter().hardwareNames()).append(')');
        System.out.println(line);
    }
}
