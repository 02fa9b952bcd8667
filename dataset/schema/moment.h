/*
 * moment: writes a date or a time in a normal form, so that values with different formats can be
 * compared.
 */
#ifndef VV_DATASET_SCHEMA_MOMENT_H
#define VV_DATASET_SCHEMA_MOMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "dataset/schema/field.h"

/* The result of vv_moment_put. */
typedef enum vv_moment_form {
	VV_MOMENT_AS_IT_IS, /* nothing was appended: compare the text itself */
	VV_MOMENT_PUT,      /* the normal form was appended */
	/* nothing was appended: the text is not a value of the column's format, or its year is not
	 * from 2 to 9998 */
	VV_MOMENT_NONE
} vv_moment_form;

/* Appends the normal form of a value of the field f, a column of dates, times or datetimes:
 * 2024-01-31, 12:30:00.5, 2024-01-31T11:30:00Z. A time with a zone is converted to UTC. Returns
 * VV_MOMENT_AS_IT_IS if the column is of another type, or if its format does not determine the
 * value with certainty ("any", names of zones, weekdays, weeks). In a column without a format,
 * returns it also for dates and times, for texts of the form YYYY-MM-DDTHH:MM:SS, perhaps with
 * Z, for texts that are not values, and for years outside of 2 to 9998. VV_MOMENT_PUT does not
 * mean that the text had another form. */
vv_moment_form vv_moment_put(vv_buf *out, const vv_field *f, const char *s, size_t len);

#endif
