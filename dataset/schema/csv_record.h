/*
 * csv_record: lists that people type or that a program prints, as one CSV record (RFC 4180): a,"b,c",d.
 *
 * libcsv reads them. Blanks belong to the values.
 */
#ifndef VV_DATASET_SCHEMA_CSV_RECORD_H
#define VV_DATASET_SCHEMA_CSV_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

typedef struct vv_csv_value {
	const char *text; /* followed by a zero byte */
	size_t len;
	bool missing; /* empty, and not in quotes */
} vv_csv_value;

typedef struct vv_csv_record {
	vv_csv_value *values; /* valid until the next record is read */
	size_t count, cap;
	vv_buf text;
} vv_csv_record;

/* Reads one record without its line end into r, whose earlier values go. VV_EUSAGE: it is not CSV. */
vv_status vv_csv_record_read(vv_csv_record *r, const char *text, size_t len, vv_error *err);
void vv_csv_record_clear(vv_csv_record *r);
VV_AUTO_CLEAR(vv_csv_record, vv_csv_record_clear)

/* The values of one record, which are names, appended to the list, which keeps copies and ends with NULL. VV_EUSAGE: one of
 * them is empty, too. vv_csv_names_clear. */
vv_status vv_csv_names_add(vv_strings *list, const char *text, vv_error *err);
void vv_csv_names_clear(vv_strings *list);

/* Appends one value: in quotes if it is empty, or has a comma, a quote or a line end. */
void vv_csv_value_put(vv_buf *out, const char *text, size_t len);

#endif
