package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/report"
)

// newReportCommand writes what figures of a period are evidence for.
func newReportCommand() *cobra.Command {
	var asked reportAsked
	back := policy.Duration(30 * 24 * time.Hour)
	cmd := &cobra.Command{
		Use:   "report --purpose PURPOSE",
		Short: "Show figures of a period, control by control of " + strings.Join(report.Frameworks(), ", "),
		Long: "Writes a page (HTML) or JSON: for each control what hushlog shows towards it, the figures that are evidence, each with the statement that it came from,\n" +
			"and the records to look at. The figures are read as you, under your role, on the audit trail; what the role may not read is marked as not shown.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := time.Now()
			asked.period = report.Period{From: now.Add(-back.D()), To: now}
			return runReport(cmd.Context(), asked, cmd.OutOrStdout())
		},
	}
	asked.as.addFlags(cmd)
	cmd.Flags().StringArrayVar(&asked.frameworks, "framework", nil, "only this `framework`; can be repeated")
	cmd.Flags().TextVar(&back, "since", back, "`duration` to look back, as 30d; figures end where rows are no longer kept")
	cmd.Flags().StringVarP(&asked.output, "output", "o", "html", "`format`: html or json")
	return cmd
}

// reportAsked is what a report is asked to be.
type reportAsked struct {
	as         asking
	frameworks []string
	output     string
	period     report.Period
}

func runReport(ctx context.Context, asked reportAsked, out io.Writer) error {
	for _, f := range asked.frameworks {
		if !slices.Contains(report.Frameworks(), f) {
			return errors.New("--framework: must be one of " + strings.Join(report.Frameworks(), ", "))
		}
	}
	if asked.output != "html" && asked.output != "json" {
		return errors.New("--output: must be html or json")
	}
	err := asked.as.requirePurpose()
	if err != nil {
		return err
	}
	r, err := report.New(ctx, figureAsker{asked.as}, asked.frameworks, asked.period, asked.period.To)
	if err != nil {
		return err
	}
	if asked.output == "html" {
		return r.WriteHTML(out)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// figureAsker runs figures as a person.
type figureAsker struct{ ask asking }

// refusedTable are the service's codes for a table or column that the role may not read.
var refusedTable = []string{"(statement-table)", "(denied)"}

// Ask runs a figure's statement through the query service.
func (f figureAsker) Ask(ctx context.Context, statement string) ([]report.Row, error) {
	var rows []report.Row
	err := rowsOf(ctx, f.ask, statement, 2, func(c []string) error {
		value, err := strconv.ParseFloat(c[1], 64)
		if err != nil {
			return fmt.Errorf("the value of a figure is no number: %w", err)
		}
		rows = append(rows, report.Row{Label: c[0], Value: value})
		return nil
	})
	if err != nil {
		for _, code := range refusedTable {
			if strings.HasSuffix(err.Error(), code) {
				return nil, &report.RefusedError{Reason: "the role may not read a table or column of it"}
			}
		}
	}
	return rows, err
}
