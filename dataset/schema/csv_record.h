/*
 * csv_record: reads and writes lists in command lines and outputs as one CSV record (RFC 4180):
 * a,"b,c",d.
 *
 * libcsv reads the records. Spaces beside a comma belong to the values.
 */
#ifndef VV_DATASET_SCHEMA_CSV_RECORD_H
#define VV_DATASET_SCHEMA_CSV_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

/* One value of a record. */
typedef struct vv_csv_value {
	const char *text; /* NUL-terminated; may also contain a NUL */
	size_t len;
	bool missing; /* the value is empty and not in quotes */
} vv_csv_value;

/* A record that was read. All members zero: no record. */
typedef struct vv_csv_record {
	vv_csv_value *values; /* valid until the next record is read; owned */
	size_t count,         /* number of elements of values */
		cap;          /* capacity of values */
	vv_buf text;          /* memory of the values' texts */
} vv_csv_record;

/* Replaces the content of r by the record text[0 .. len), which has no line end. An empty text is a
 * record with one missing value. VV_EUSAGE: the text is not a CSV record. */
vv_status vv_csv_record_read(vv_csv_record *r, const char *text, size_t len, vv_error *err);
void vv_csv_record_clear(vv_csv_record *r);
VV_AUTO_CLEAR(vv_csv_record, vv_csv_record_clear)

/* Reads a record of names, and appends copies of the names to list, which is then NULL-terminated.
 * VV_EUSAGE: the text is not a CSV record, or a name is empty; names before the empty one were
 * added. The caller frees the list with vv_csv_names_clear, also after a failure. */
vv_status vv_csv_names_add(vv_strings *list, const char *text, vv_error *err);
void vv_csv_names_clear(vv_strings *list);

/* Appends one value of a record to out, in quotes if the value is empty or has a comma, a quote or
 * a line end. The caller appends the commas between values. */
void vv_csv_value_put(vv_buf *out, const char *text, size_t len);

#endif
