// SPDX-License-Identifier: Apache-2.0

// Tells of every change of adapters, links, stamping and hardware clocks, until it is interrupted or has told so many.
// go run ./watch [COUNT]
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"wirestamp.org/wirestamp"
)

func main() {
	log.SetFlags(0)
	left := -1
	if len(os.Args) > 1 {
		count, err := strconv.Atoi(os.Args[1])
		if err != nil || count < 1 {
			log.Fatalf("watch: %q is no number of changes", os.Args[1])
		}
		left = count
	}
	context, err := wirestamp.Open(wirestamp.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer context.Close()
	changes, err := context.Watch(wirestamp.Watching{Interval: 200 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	fmt.Println("watching")
	for ; left != 0; left-- {
		select {
		case event := <-changes.C:
			switch e := event.(type) {
			case *wirestamp.InterfaceChange:
				fmt.Printf("%s: %s", e.Name, strings.Join(e.ReasonNames(), ", "))
				if e.Reasons&wirestamp.ChangeLink != 0 {
					fmt.Printf(" (%v -> %v)", e.LinkBefore, e.LinkAfter)
				}
				if e.Reasons&wirestamp.ChangeActive != 0 {
					fmt.Printf(" (hardware stamps %#x -> %#x)", e.ActiveBefore.Hardware, e.ActiveAfter.Hardware)
				}
				fmt.Println()
			case *wirestamp.Overflow:
				fmt.Println(e.Lost, "changes were lost")
			}
		case <-interrupted:
			return
		}
	}
}
