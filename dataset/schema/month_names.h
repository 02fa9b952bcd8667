/*
 * month_names: the names of months that spreadsheets show, in eight languages.
 */
#ifndef VV_DATASET_SCHEMA_MONTH_NAMES_H
#define VV_DATASET_SCHEMA_MONTH_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Sets of languages: a bit each. */
#define VV_MONTHS_ENGLISH 1u
#define VV_MONTHS_ALL 0xFFFFu

/* Returns 1 to 12 for a name of a month, or for at least three letters with which only that name begins, perhaps with
 * a point after them; 0: not one in these languages, or of different months in them. A '?' is a letter that is not in
 * ASCII, which the file's encoding lacked. *languages: in: where to look; out: those that have it. */
int vv_month_of(const char *s, size_t len, unsigned *languages);
/* Is it the name, or the Roman number, of this month in one of the languages? */
bool vv_month_is(const char *s, size_t len, int month);

#endif
