// What hello.c says, from Go.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	fmt.Println("hello from Go")
	for _, argument := range os.Args {
		fmt.Println("arg:", argument)
	}
	for _, variable := range os.Environ() {
		fmt.Println("env:", variable)
	}
	if path := os.Getenv("HELLO_FILE"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			fmt.Println("file:", line)
		}
	}
}
