// Package pdf prints a report as PDF with gofpdf, in Korean or English. The same
// report gives the same bytes.
package pdf
