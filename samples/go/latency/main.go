// SPDX-License-Identifier: Apache-2.0

// Tells how long datagrams took from the kernel's (or adapter's) stamp to this program: all that come to a port, or with -self
// its own over the loopback. go run ./latency [-self] [-count N] ADDRESS:PORT
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/netip"
	"sort"
	"time"

	"wirestamp.org/wirestamp"
)

func main() {
	log.SetFlags(0)
	self := flag.Bool("self", false, "send to itself")
	count := flag.Int("count", 1000, "datagrams")
	flag.Parse()
	local, err := netip.ParseAddrPort(flag.Arg(0))
	if err != nil {
		log.Fatal("latency: give an address and port to listen at, such as 127.0.0.1:0: ", err)
	}
	host, err := wirestamp.Open(wirestamp.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer host.Close()
	socket, err := host.OpenSocket(wirestamp.SocketOptions{Local: local, Stamps: wirestamp.StampsBoth})
	if err != nil {
		log.Fatal(err)
	}
	there, err := socket.LocalAddr()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening at", there)
	buffer := make([]byte, 65536)
	var took []int64
	unstamped := 0
	// The kernel begins to stamp some time after it was first asked; what came before is counted, and not for long.
	for patience := time.Now().Add(10 * time.Second); len(took) < *count; {
		if *self {
			if err := socket.Send([]byte("ping"), there); err != nil {
				log.Fatal(err)
			}
		}
		datagram, err := socket.Receive(context.Background(), buffer)
		if err != nil {
			log.Fatal(err)
		}
		if stamped, ok := datagram.Software.Time(); ok {
			took = append(took, time.Since(stamped).Nanoseconds())
		} else {
			unstamped++
		}
		if len(took) == 0 && time.Now().After(patience) {
			log.Fatal("latency: no datagram carried a stamp")
		}
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	fmt.Printf("%d datagrams, and %d without a stamp: least %d ns, median %d ns, 99%% below %d ns\n", *count, unstamped, took[0],
		took[len(took)/2], took[len(took)*99/100])
}
