// SPDX-License-Identifier: Apache-2.0

// Tells what stamps each adapter can take and takes now, and reads its clock against the system's.
// go run ./capabilities [INTERFACE]...
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"wirestamp.org/wirestamp"
)

func main() {
	log.SetFlags(0)
	context, err := wirestamp.Open(wirestamp.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer context.Close()
	adapters, err := context.Interfaces()
	if err != nil {
		log.Fatal(err)
	}
	if len(os.Args) > 1 {
		adapters = nil
		for _, name := range os.Args[1:] {
			adapter, err := context.Find(name)
			if err != nil {
				log.Fatal(err)
			}
			adapters = append(adapters, adapter)
		}
	}
	for _, adapter := range adapters {
		fmt.Printf("%s (%s, %v)\n", adapter.Name, adapter.Kind, adapter.Link)
		if err := tell(context, adapter.ID); err != nil {
			fmt.Println("  ", err)
		}
	}
}

func tell(context *wirestamp.Context, id uint64) error {
	supported, err := context.Supported(id)
	if err != nil {
		return err
	}
	active, err := context.Active(id, false)
	if err != nil {
		return err
	}
	ipv4, ipv6, _, err := supported.PtpSupport()
	if err != nil {
		return err
	}
	fmt.Printf("   PTP stamps: IPv4 %v, IPv6 %v\n", ipv4, ipv6)
	fmt.Printf("   supported: hardware [%s], software [%s]\n", strings.Join(supported.HardwareNames(), " "),
		strings.Join(supported.SoftwareNames(), " "))
	if active.Valid&wirestamp.ValidHardware == 0 {
		fmt.Println("   active hardware stamps: the driver does not say")
	} else {
		fmt.Printf("   active: hardware [%s]\n", strings.Join(active.HardwareNames(), " "))
	}
	cross, err := context.CrossTimestamp(id, wirestamp.ClockRealtime, 9)
	if errors.Is(err, wirestamp.NotSupported) {
		fmt.Println("   no hardware clock")
		return nil
	} else if err != nil {
		return err
	}
	fmt.Printf("   clock %d: %d ns at %v %d ns, within %d ns (%v)\n", cross.DeviceIndex, cross.Device, cross.SystemClock,
		cross.System(), cross.Uncertainty, cross.Method)
	return nil
}
