// SPDX-License-Identifier: Apache-2.0

// A unit test's network without hardware: two PTP clocks on simulated hosts, a cut cable, and true errors that no real system
// tells. The same seed gives the same run. go run ./simulated [SEED]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"wirestamp.org/wirestamp"
)

func check[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func must(err error) { check(0, err) }

func main() {
	log.SetFlags(0)
	seed := uint64(1)
	if len(os.Args) > 1 {
		seed = check(strconv.ParseUint(os.Args[1], 0, 64))
	}
	network := check(wirestamp.NewSimulation(seed))
	defer network.Close()
	adapter := wirestamp.NewAdapter("192.0.2.1/24")
	adapter.StampsEnabled = true
	must(network.AddHost("master", wirestamp.NewHost()))
	must(network.AddAdapter("master", "eth0", adapter))
	adapter.Addresses = "192.0.2.2/24"
	adapter.Oscillator = wirestamp.Oscillator{Drift: 4200, Wander: 1e-9}
	adapter.ClockOffset = -250_000
	must(network.AddHost("client", wirestamp.NewHost()))
	must(network.AddAdapter("client", "eth0", adapter))
	way := wirestamp.NewDirection(500 * time.Nanosecond)
	way.Jitter = wirestamp.Exponential(100)
	must(network.Connect("cable", "master/eth0", "client/eth0", way, way))

	master := check(wirestamp.Open(wirestamp.Options{Simulation: network, Host: "master", Seed: 1}))
	defer master.Close()
	client := check(wirestamp.Open(wirestamp.Options{Simulation: network, Host: "client", Seed: 2}))
	defer client.Close()
	config := check(wirestamp.NewPtpConfig("eth0"))
	must(config.Set("priority1", "100"))
	source := check(master.OpenPtp(config))
	must(config.Set("clientOnly", "1"))
	must(config.Set("priority1", "255"))
	clock := check(client.OpenPtp(config))
	states := check(client.Subscribe(wirestamp.Filter{Types: []wirestamp.EventType{wirestamp.EventPtpClockState}}))
	must(source.Start())
	must(clock.Start())

	run := func(span time.Duration, told string) {
		must(network.Run(context.Background(), span))
		for len(states.C) > 0 {
			if change, ok := (<-states.C).(*wirestamp.PtpClockChange); ok {
				fmt.Printf("%6.1f s: %v -> %v\n", float64(change.Header().Time)/1e9-100, change.Old, change.New)
			}
		}
		now := check(clock.Now())
		bound, _ := now.Bound()
		fmt.Printf("%s: %v, off by %+d ns, believed within %d ns\n", told, now.State,
			now.Nanos-check(network.TrueTAI()), bound)
	}
	run(time.Minute, "after a minute")
	must(network.Cut("cable"))
	run(30*time.Second, "without cable")
	must(network.Restore("cable"))
	run(30*time.Second, "with it again")
	fmt.Printf("digest of the run: %#x\n", check(network.Counters()).Digest)
}
