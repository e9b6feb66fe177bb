// Package reports makes the report of a diagnosis: what is in it, in which order
// and under which number. A [Report] is language-neutral; packages below print it.
package reports
