/*
 * view_format: the formats in which rows are written, and the words of the options that choose them.
 */
#ifndef VV_LIB_VIEW_VIEW_FORMAT_H
#define VV_LIB_VIEW_VIEW_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

/* A format of the output. */
typedef enum vv_view_format {
	/* the format of the file. CSV: its delimiter, quotes and line ends, and a header if it has
	 * one; else VV_VIEW_JSON or VV_VIEW_NDJSON */
	VV_VIEW_OWN,
	VV_VIEW_CSV,    /* as in RFC 4180, with LF as row end and a header */
	VV_VIEW_TSV,    /* like VV_VIEW_CSV, with tabs between cells */
	VV_VIEW_JSON,   /* an array of objects */
	VV_VIEW_NDJSON, /* an object on each line */
	VV_VIEW_TABLE,  /* aligned columns, escaped, for people */
	VV_VIEW_ARROW   /* an Arrow stream; only vv_view_write supports it */
} vv_view_format;

/* The names of formats: those of text, and with the stream that programs read. Each has a row in
 * vv_view_format_parse. */
#define VV_VIEW_TEXTS "csv|tsv|ndjson|json"
#define VV_VIEW_STREAMS VV_VIEW_TEXTS "|arrow"
/* Sets *out to the format with the name `name`. Returns false if no such format exists. */
bool vv_view_format_parse(vv_view_format *out, const char *name);
#define VV_VIEW_MISFITS "error|null|text" /* the words for the values of enum varve_misfit */
/* Returns the value of enum varve_misfit for `word`, one of these words; for NULL, the value for
 * the first word. */
int32_t vv_view_misfit(const char *word);
#define VV_VIEW_NUMBERS "double|text|decimal" /* the words for the values of enum varve_numbers */
/* Returns the value of enum varve_numbers for `word`, one of these words; for NULL, the value for
 * the first word. */
int32_t vv_view_numbers(const char *word);

#endif
