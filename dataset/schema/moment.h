/*
 * moment: a date or a time of day in one spelling, whatever the column's format.
 */
#ifndef VV_DATASET_SCHEMA_MOMENT_H
#define VV_DATASET_SCHEMA_MOMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "dataset/schema/field.h"

typedef enum vv_moment_form {
	VV_MOMENT_AS_IT_IS, /* nothing was appended: the text is what two values are compared by */
	VV_MOMENT_PUT,      /* appended, as the default format writes it */
	VV_MOMENT_NONE      /* nothing was appended: no value of the column's format */
} vv_moment_form;

/* Appends the value of a text in a column of dates, times or datetimes: 2024-01-31,
 * 12:30:00.5, 2024-01-31T11:30:00Z; in UTC if a zone is written. As it is: texts that are
 * in this form anyway; columns of other types; formats from which the value does not follow
 * for certain ("any", names of zones, weekdays, weeks). */
vv_moment_form vv_moment_put(vv_buf *out, const vv_field *f, const char *s, size_t len);

#endif
