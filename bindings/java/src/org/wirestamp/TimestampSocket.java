// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A UDP socket whose packets carry stamps, on receipt and on transmission. Any thread. */
public final class TimestampSocket extends NativeObject {
    /** How a socket is opened. Without more: IPv4, any port, software stamps. */
    public static final class Options {
        int flags;
        int stamps;
        private int transmitStampsKept;
        private InetSocketAddress local;
        private long interfaceId;
        private int timeToLive;
        private int dscp;
        private int priority;
        private int receiveBuffer;
        private int sendBuffer;
        private int clockIndex;

        /**
         * @param wanted which
         * @return this
         */
        public Options stamps(Stamps wanted) {
            stamps = wanted.ordinal();
            return this;
        }

        /**
         * @param address and port (0: any) to bind to
         * @return this
         */
        public Options bind(InetSocketAddress address) {
            local = address;
            return this;
        }

        /**
         * @param adapter sends, receives and joins groups only there
         * @return this
         */
        public Options adapter(Interface adapter) {
            interfaceId = adapter.id();
            return this;
        }

        /** @return this */
        public Options reuseAddress() {
            flags |= Abi.WST_SOCKET_REUSE_ADDRESS;
            return this;
        }

        /**
         * Hear what this host itself sends to a group.
         *
         * @return this
         */
        public Options multicastLoopback() {
            flags |= Abi.WST_SOCKET_MULTICAST_LOOPBACK;
            return this;
        }

        /**
         * {@link Event.OfSocket} when datagrams or transmit stamps have come.
         *
         * @return this
         */
        public Options events() {
            flags |= Abi.WST_SOCKET_EVENTS;
            return this;
        }

        /**
         * @param count stamps that have come and were not taken yet, 1 to 65535
         * @return this
         */
        public Options transmitStampsKept(int count) {
            transmitStampsKept = count;
            return this;
        }

        /**
         * @param hops TTL or hop limit
         * @return this
         */
        public Options timeToLive(int hops) {
            timeToLive = hops;
            return this;
        }

        /**
         * @param codePoint 0 to 63
         * @return this
         */
        public Options dscp(int codePoint) {
            dscp = codePoint;
            return this;
        }

        /**
         * @param level SO_PRIORITY, 0 to 15
         * @return this
         */
        public Options priority(int level) {
            priority = level;
            return this;
        }

        /**
         * @param receive bytes
         * @param send bytes; 0: default
         * @return this
         */
        public Options buffers(int receive, int send) {
            receiveBuffer = receive;
            sendBuffer = send;
            return this;
        }

        /**
         * Hardware stamps count a virtual clock of the adapter's instead of its own (Linux 5.14 and later).
         *
         * @param index N of /dev/ptpN
         * @return this
         */
        public Options clock(int index) {
            flags |= Abi.WST_SOCKET_CLOCK;
            clockIndex = index;
            return this;
        }
    }

    private final Context context;

    TimestampSocket(Context context, Options options) {
        this.context = context;
        handle = context.open((s, out, c, e) -> {
            int in = s.input(Abi.wst_socket_options.SIZE);
            ByteBuffer b = s.bytes;
            b.putInt(in + Abi.wst_socket_options.flags, options.flags);
            b.putInt(in + Abi.wst_socket_options.stamps, options.stamps);
            b.putInt(in + Abi.wst_socket_options.transmit_stamps_kept, options.transmitStampsKept);
            if (options.local != null) {
                Addresses.write(b, in + Abi.wst_socket_options.local, options.local);
            }
            b.putLong(in + Abi.wst_socket_options.interface_id, options.interfaceId);
            b.putInt(in + Abi.wst_socket_options.time_to_live, options.timeToLive);
            b.putInt(in + Abi.wst_socket_options.dscp, options.dscp);
            b.putInt(in + Abi.wst_socket_options.priority, options.priority);
            b.putInt(in + Abi.wst_socket_options.receive_buffer, options.receiveBuffer);
            b.putInt(in + Abi.wst_socket_options.send_buffer, options.sendBuffer);
            b.putInt(in + Abi.wst_socket_options.clock_index, options.clockIndex);
            return Native.wst_socket_open(c, s.address(in), out, e);
        });
        context.adopt(this);
    }

    @Override
    int closeHandle(long handle, long error) {
        return Native.wst_socket_close(handle, error);
    }

    @Override
    void afterClose() {
        context.disown(this);
    }

    /** @return what it is bound to, with the port that the system chose */
    public InetSocketAddress localAddress() {
        try (Scratch s = Scratch.open()) {
            int out = s.room(Abi.wst_address.SIZE);
            call(s, (h, e) -> Native.wst_socket_local_address(h, s.address(out), e));
            return Addresses.readSocket(s.bytes, out);
        }
    }

    /** @param group multicast address */
    public void join(InetAddress group) {
        try (Scratch s = Scratch.open()) {
            int in = s.room(Abi.wst_address.SIZE);
            Addresses.write(s.bytes, in, group, 0);
            call(s, (h, e) -> Native.wst_socket_join(h, s.address(in), e));
        }
    }

    /** @param group multicast address */
    public void leave(InetAddress group) {
        try (Scratch s = Scratch.open()) {
            int in = s.room(Abi.wst_address.SIZE);
            Addresses.write(s.bytes, in, group, 0);
            call(s, (h, e) -> Native.wst_socket_leave(h, s.address(in), e));
        }
    }

    /**
     * Receives one datagram. Makes no garbage.
     *
     * @param datagram where it goes
     * @param timeout null waits without limit
     * @return false when the time was up
     */
    public boolean receive(Datagram datagram, Duration timeout) {
        return receive(datagram, Times.nanos(timeout));
    }

    /**
     * As {@link #receive(Datagram, Duration)}.
     *
     * @param datagram where it goes
     * @param timeoutNanos negative: without limit
     * @return false when the time was up
     */
    public boolean receive(Datagram datagram, long timeoutNanos) {
        boolean came = await(timeoutNanos, datagram.receive);
        if (came) {
            datagram.received();
        }
        return came;
    }

    /**
     * Receives what is there, after waiting for the first.
     *
     * @param batch where they go
     * @param timeout null waits without limit
     * @return how many; 0 when the time was up
     */
    public int receive(DatagramBatch batch, Duration timeout) {
        try (Scratch s = Scratch.open()) {
            int count = s.room(8);
            boolean came = await(Times.nanos(timeout), (h, nanos, e) -> {
                for (int i = 0; i < batch.capacity(); i++) {
                    batch.get(i).prepare();
                }
                return Native.wst_socket_receive_batch(h, batch.get(0).address, batch.capacity(), nanos, s.address(count), e);
            });
            int received = came ? s.bytes.getInt(count) : 0;
            for (int i = 0; i < received; i++) {
                batch.get(i).received();
            }
            return received;
        }
    }

    /**
     * Sends one datagram without asking for a stamp.
     *
     * @param data from position to limit
     * @param to where
     */
    public void send(ByteBuffer data, InetSocketAddress to) {
        send(data, to, 0, 0);
    }

    /**
     * Sends one datagram; its transmit stamp can be taken later.
     *
     * @param data from position to limit, which stay as they are
     * @param to where
     * @param id any number; those in flight should differ
     */
    public void sendStamped(ByteBuffer data, InetSocketAddress to, int id) {
        send(data, to, Abi.WST_OUTGOING_STAMP, id);
    }

    /**
     * Sends the datagrams of a batch in their order with one system call, until one cannot be sent.
     *
     * @param batch what to send; stays as it is
     * @return how many were sent; if none could be, there is an exception
     */
    public int send(OutgoingBatch batch) {
        if (batch.size() == 0) {
            return 0;
        }
        try (Scratch s = Scratch.open()) {
            int sent = s.room(8);
            call(s, (h, e) -> Native.wst_socket_send_batch(h, batch.address, batch.size(), s.address(sent), e));
            Reference.reachabilityFence(batch);
            return s.bytes.getInt(sent);
        }
    }

    private void send(ByteBuffer data, InetSocketAddress to, int flags, int id) {
        try (Scratch s = Scratch.open()) {
            int in = s.input(Abi.wst_outgoing.SIZE);
            int size = data.remaining();
            long address;
            if (data.isDirect()) {
                address = Native.buffer_address(data) + data.position();
            } else {
                int copy = s.raw(size);
                s.bytes.put(copy, data, data.position(), size);
                address = s.address(copy);
            }
            s.bytes.putInt(in + Abi.wst_outgoing.flags, flags);
            s.bytes.putLong(in + Abi.wst_outgoing.data, address);
            s.bytes.putInt(in + Abi.wst_outgoing.size, size);
            s.bytes.putInt(in + Abi.wst_outgoing.id, id);
            Addresses.write(s.bytes, in + Abi.wst_outgoing.destination, to);
            call(s, (h, e) -> Native.wst_socket_send(h, s.address(in), e));
            Reference.reachabilityFence(data);
        }
    }

    /**
     * Takes the stamp of one packet; a stamp can be taken once.
     *
     * @param id what it was sent with
     * @param timeout null waits without limit
     * @return null when the time was up
     */
    public TransmitStamp transmitStamp(int id, Duration timeout) {
        try (Scratch s = Scratch.open()) {
            int out = s.output(Abi.wst_transmit_stamp.SIZE);
            boolean came = await(Times.nanos(timeout), (h, nanos, e) -> {
                s.bytes.putInt(out, Abi.wst_transmit_stamp.SIZE);
                return Native.wst_socket_transmit_stamp(h, id, nanos, s.address(out), e);
            });
            return came ? TransmitStamp.read(s.bytes, out) : null;
        }
    }

    /**
     * Takes stamps in the order in which they came, waiting for the first.
     *
     * @param most how many at most
     * @param timeout null waits without limit
     * @return none when the time was up
     */
    public List<TransmitStamp> transmitStamps(int most, Duration timeout) {
        try (Scratch s = Scratch.open()) {
            int count = s.room(8);
            int out = s.output(Math.multiplyExact(most, Abi.wst_transmit_stamp.SIZE));
            boolean came = await(Times.nanos(timeout), (h, nanos, e) -> {
                s.bytes.putInt(out, Abi.wst_transmit_stamp.SIZE);
                return Native.wst_socket_transmit_stamps(h, s.address(out), most, nanos, s.address(count), e);
            });
            List<TransmitStamp> taken = new ArrayList<>();
            for (int i = 0; came && i < s.bytes.getInt(count); i++) {
                taken.add(TransmitStamp.read(s.bytes, out + i * Abi.wst_transmit_stamp.SIZE));
            }
            return taken;
        }
    }

    /** @return what was counted since it was opened */
    public SocketCounters counters() {
        try (Scratch s = Scratch.open()) {
            int at = s.output(Abi.wst_socket_counters.SIZE);
            call(s, (h, e) -> Native.wst_socket_counters_get(h, s.address(at), e));
            ByteBuffer b = s.bytes;
            return new SocketCounters(b.getLong(at + Abi.wst_socket_counters.received),
                    b.getLong(at + Abi.wst_socket_counters.sent),
                    b.getLong(at + Abi.wst_socket_counters.receive_stamps_missing),
                    b.getLong(at + Abi.wst_socket_counters.receive_drops),
                    b.getLong(at + Abi.wst_socket_counters.transmit_stamps_asked),
                    b.getLong(at + Abi.wst_socket_counters.transmit_stamps),
                    b.getLong(at + Abi.wst_socket_counters.transmit_stamps_dropped),
                    b.getLong(at + Abi.wst_socket_counters.transmit_stamps_unknown),
                    b.getLong(at + Abi.wst_socket_counters.transmit_stamps_timed_out),
                    b.getLong(at + Abi.wst_socket_counters.transmit_stamps_zero));
        }
    }
}
