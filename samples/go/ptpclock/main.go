// SPDX-License-Identifier: Apache-2.0

// Joins PTP on an interface and tells the time with its bound after every sample.
// go run ./ptpclock [-count N] INTERFACE [OPTION VALUE]...
package main

import (
	"flag"
	"fmt"
	"log"
	"time"

	"wirestamp.org/wirestamp"
)

func main() {
	log.SetFlags(0)
	count := flag.Int("count", 10, "samples to tell")
	patience := flag.Duration("patience", 20*time.Second, "between samples at most")
	flag.Parse()
	if flag.NArg()%2 != 1 {
		log.Fatal("usage: ptpclock [-count N] INTERFACE [OPTION VALUE]...")
	}
	config, err := wirestamp.NewPtpConfig(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	for i := 1; i < flag.NArg(); i += 2 {
		if err := config.Set(flag.Arg(i), flag.Arg(i+1)); err != nil {
			log.Fatal(err)
		}
	}
	context, err := wirestamp.Open(wirestamp.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer context.Close()
	clock, err := context.OpenPtp(config)
	if err != nil {
		log.Fatal(err)
	}
	events, err := context.Subscribe(wirestamp.Filter{Object: clock})
	if err != nil {
		log.Fatal(err)
	}
	if err := clock.Start(); err != nil {
		log.Fatal(err)
	}
	for told := 0; told < *count; {
		select {
		case event := <-events.C:
			switch e := event.(type) {
			case *wirestamp.PtpPortChange:
				fmt.Printf("port %d: %v -> %v (%v)\n", e.Port, e.Old, e.New, e.Reason)
			case *wirestamp.PtpFault:
				fmt.Printf("port %d: %v: %s\n", e.Port, e.Fault, e.Text)
			case *wirestamp.PtpOffset:
				now, err := clock.Now()
				if err != nil {
					log.Fatal(err)
				}
				fmt.Printf("%s, %v, offset %d ns", now.Time().UTC().Format(time.RFC3339Nano), now.State, e.OffsetFromMaster)
				if bound, known := now.Bound(); known {
					fmt.Printf(", true time within %d ns", bound)
				}
				fmt.Println()
				told++
			}
		case <-time.After(*patience):
			log.Fatal("ptpclock: no sample within ", *patience, ": is there a master in this domain?")
		}
	}
}
