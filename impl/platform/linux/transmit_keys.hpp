// SPDX-License-Identifier: Apache-2.0
//
// Whose stamp is it? Before Linux 6.13 the kernel numbers stamped packets by a counter of the socket, and the
// caller's ids have to be found from it. The counter is known as long as every send succeeds. After a failed
// one it may or may not have moved, depending on where in which kernel it failed, so from then on it is only
// known within a span. Rather than ever giving a stamp to the wrong packet, one packet at a time is then sent
// with a stamp as a probe: it is the only one that can own a number in the span, and its number settles it.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

namespace wirestamp::platform::gnu_linux {

class TransmitKeys {
public:
    /// Which of the stamps of a packet have been seen, and which a packet is expected to have.
    static constexpr std::uint8_t software = 1;
    static constexpr std::uint8_t hardware = 2;

    /// `capacity` packets may wait for their stamps; older ones are forgotten.
    TransmitKeys(std::size_t capacity, std::uint8_t expected);

    /// Whether a packet may be sent with a stamp now; if not, the stamp could not be matched.
    bool may_stamp() const noexcept { return !uncertain() || !probe_; }
    bool uncertain() const noexcept { return slack_ != 0; }
    /// No packet waits for a stamp, so the kernel's counter may be set back without mixing stamps up.
    bool idle() const noexcept { return waiting_ == 0 && !probe_; }

    void sent(std::uint32_t id) noexcept;
    /// A send that asked for a stamp failed: the counter may have moved by one.
    void failed() noexcept;
    /// The id of the packet numbered `key`, once for each kind of stamp.
    std::optional<std::uint32_t> match(std::uint32_t key, std::uint8_t kind) noexcept;
    /// The kernel's counter was set to 0.
    void restart() noexcept;

private:
    struct Entry {
        std::uint32_t key;
        std::uint32_t id;
        std::uint8_t seen;
        bool used;
    };
    struct Probe {
        std::uint32_t lowest = 0;
        std::uint32_t slack = 0;
        std::uint32_t id = 0;
    };

    Entry& slot(std::uint32_t key) noexcept { return entries_[key & mask_]; }
    void store(std::uint32_t key, std::uint32_t id) noexcept;

    std::uint32_t mask_;
    std::unique_ptr<Entry[]> entries_; // the first filled_ of them: most sockets never need more
    std::uint32_t filled_ = 0;
    std::uint8_t expected_;
    std::uint32_t next_ = 0;  // the lowest number that the next stamped packet can get
    std::uint32_t slack_ = 0; // and how far beyond it may be
    std::uint32_t waiting_ = 0;
    std::optional<Probe> probe_;
};

} // namespace wirestamp::platform::gnu_linux
