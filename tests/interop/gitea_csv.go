// What Gitea's page of a .csv file draws (modules/csv, modules/markup/csv): the separator is guessed from the
// first lines without what stands in quotes, lines that cannot be read are left out. Prints one line for each row.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

var quoted = regexp.MustCompile(`["'][\s\S]+?["']`)

func score(lines []string, mark string) float64 {
	total, most, unequal := 0, 0, 0
	for _, line := range lines {
		if len(line) == 0 {
			continue
		}
		count := strings.Count(line, mark)
		total += count
		if count != most && most != 0 {
			unequal++
		}
		if count > most {
			most = count
		}
	}
	return float64(total) * (1 - float64(unequal)/float64(len(lines)))
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := strings.SplitN(quoted.ReplaceAllLiteralString(string(data[:min(len(data), 10000)]), ""), "\n", 11)
	best, most := ',', 0.0
	for _, mark := range ",;\t|@" {
		if s := score(lines[:min(len(lines), 10)], string(mark)); s > most {
			best, most = mark, s
		}
	}
	rows := csv.NewReader(bytes.NewReader(data))
	rows.Comma = best
	rows.TrimLeadingSpace = true
	for {
		fields, err := rows.Read()
		if err == io.EOF {
			return
		}
		if err == nil {
			fmt.Println(strings.Join(fields, " / "))
		}
	}
}
