// SPDX-License-Identifier: Apache-2.0

// Command benchmark runs the binding beside cgo written by hand for the same C functions, in one run and turn by turn; the least
// of the turns counts. go run ./internal/benchmark
package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"runtime"
	"time"

	"wirestamp.org/wirestamp"
	"wirestamp.org/wirestamp/internal/peek"
)

const turns = 25

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func done(err error) { must(0, err) }

func race(calls int, runners ...func()) []float64 {
	least := make([]float64, len(runners))
	for i := range least {
		least[i] = math.MaxFloat64
	}
	for turn := 0; turn < turns; turn++ {
		for i, run := range runners {
			began := processor()
			for call := 0; call < calls; call++ {
				run()
			}
			least[i] = math.Min(least[i], float64(processor()-began)/float64(calls))
		}
	}
	return least
}

func tell(what string, hand, binding float64) {
	fmt.Printf("%-34s by hand %7.1f ns, binding %7.1f ns, ratio %.2f\n", what, hand, binding, binding/hand)
}

func pair() *wirestamp.Simulation {
	network := must(wirestamp.NewSimulation(1))
	for i, host := range []string{"m", "c"} {
		adapter := wirestamp.NewAdapter(fmt.Sprintf("192.0.2.%d/24", i+1))
		adapter.StampsEnabled = true
		done(network.AddHost(host, wirestamp.NewHost()))
		done(network.AddAdapter(host, "eth0", adapter))
	}
	way := wirestamp.NewDirection(time.Microsecond)
	done(network.Connect("l", "m/eth0", "c/eth0", way, way))
	return network
}

const (
	inC = iota
	byHand
	byBinding
)

// minute is one synchronised minute with 128 samples a second: what it took, and its events.
func minute(way int) (float64, int64) {
	network := pair()
	defer network.Close()
	m := must(wirestamp.Open(wirestamp.Options{Simulation: network, Host: "m", Seed: 1}))
	defer m.Close()
	c := must(wirestamp.Open(wirestamp.Options{Simulation: network, Host: "c", Seed: 2}))
	defer c.Close()
	config := must(wirestamp.NewPtpConfig("eth0"))
	defer config.Close()
	done(config.Set("logSyncInterval", "-7"))
	done(must(m.OpenPtp(config)).Start())
	done(config.Set("clientOnly", "1"))
	done(must(c.OpenPtp(config)).Start())
	done(network.Run(context.Background(), 20*time.Second))
	events = 0
	var subscription *wirestamp.Subscription
	if way == byBinding {
		subscription = must(c.Subscribe(wirestamp.Filter{Types: []wirestamp.EventType{wirestamp.EventPtpOffset}}))
	} else {
		handSubscribe(peek.Handle(c), way == byHand)
	}
	runtime.GC()
	began := processor()
	for second := 0; second < 60; second++ {
		done(network.Run(context.Background(), time.Second))
		for subscription != nil && len(subscription.C) > 0 {
			if e, ok := (<-subscription.C).(*wirestamp.PtpOffset); ok {
				events++
				sum += int64(e.Header().Sequence) + e.OffsetFromMaster + e.MeanPathDelay + e.Bound + e.PtpTime + int64(e.Frequency)
			}
		}
	}
	return float64(processor() - began), events
}

func main() {
	log.SetFlags(0)
	runtime.LockOSThread()
	network := pair()
	host := must(wirestamp.Open(wirestamp.Options{Simulation: network, Host: "m"}))
	system := must(wirestamp.Open(wirestamp.Options{}))
	eth0 := must(host.Find("eth0"))
	ns := race(200_000, func() { sum += handRead(peek.Handle(system), uint32(wirestamp.ClockMonotonic)) },
		func() { sum += must(system.ReadClock(wirestamp.ClockMonotonic, 0)) })
	tell("getter (a clock of the system)", ns[0], ns[1])
	ns = race(100_000, func() { sum += handCross(peek.Handle(host), eth0.ID).Device },
		func() { sum += must(host.CrossTimestamp(eth0.ID, wirestamp.ClockMonotonicRaw, 1)).Device })
	tell("cross-timestamp (simulated)", ns[0], ns[1])
	least, count := [3]float64{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}, int64(0)
	for turn := 0; turn < turns; turn++ {
		for way := inC; way <= byBinding; way++ {
			took, came := minute(way)
			least[way] = math.Min(least[way], took)
			if came > count {
				count = came
			}
		}
	}
	tell("event, beyond what it is in C", (least[byHand]-least[inC])/float64(count), (least[byBinding]-least[inC])/float64(count))
	fmt.Printf("%d events a turn; sum %d\n", count, sum)
}
