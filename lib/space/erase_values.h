/*
 * erase_values: the values that 'varve erase' searches for, and the search for them in texts.
 *
 * 	vv_erase_values_read(&v, bytes, len, &how, err);
 * 	vv_erase_values_is(v, cell, len, &place);        the whole cell is a value
 * 	vv_erase_values_in(v, text, len, found);         values inside of a text
 * 	vv_erase_values_free(v);
 */
#ifndef VV_LIB_SPACE_ERASE_VALUES_H
#define VV_LIB_SPACE_ERASE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* How values are given and compared. */
typedef struct vv_erase_how {
	bool null_ends;     /* a NUL ends each value; false: a line end does */
	bool ignore_case;   /* upper and lower case are equal */
	bool ignore_blanks; /* blanks, tabs, line ends and no-break spaces are left out */
} vv_erase_how;

/* A set of values. A place is the index of a value in it. Not thread-safe. */
typedef struct vv_erase_values vv_erase_values;

/* Reads values, each ended by a line end (LF or CR LF) or by a NUL, from bytes[0 .. len) as *out. A byte order
 * mark at the beginning is left out. VV_EUSAGE: there is no value, or a value is empty or, if blanks
 * are ignored, consists of them; the message has its line. */
vv_status vv_erase_values_read(vv_erase_values **out, const char *bytes, size_t len,
			       const vv_erase_how *how, vv_error *err);
void vv_erase_values_free(vv_erase_values *v); /* accepts NULL */
VV_AUTO_FREE(vv_erase_values, vv_erase_values_free)

/* Returns true if the text, folded as values are, is a value. */
typedef bool (*vv_erase_test_fn)(void *payload, const char *text, size_t len);
/* Makes a set as *out whose values are known only to fn: texts of the added lengths are values if
 * fn returns true, and all have the place 0. fold: a vv_erased_fold. Borrows payload. */
vv_status vv_erase_values_tested(vv_erase_values **out, unsigned fold, vv_erase_test_fn fn,
				 void *payload, vv_error *err);
/* Adds a length of values to a set of vv_erase_values_tested, which requires at least one. */
vv_status vv_erase_values_add_length(vv_erase_values *v, uint64_t len, vv_error *err);

/* Returns the number of different values. */
size_t vv_erase_values_count(const vv_erase_values *v);
/* Returns the line, from 1, of the value with this place in the input. */
size_t vv_erase_values_line(const vv_erase_values *v, size_t place);
/* Returns the compared text of a value: in lower case, or without blanks, if these do not count.
 * Borrowed from v. */
const char *vv_erase_values_plain(const vv_erase_values *v, size_t place, size_t *len);
/* Returns the fold of the values: bits of vv_erased_fold (repo/known/erased.h). */
unsigned vv_erase_values_fold(const vv_erase_values *v);
/* Returns true if the value consists of characters that numbers, dates and times also have. */
bool vv_erase_values_is_numeric(const vv_erase_values *v, size_t place);
/* Returns the least length of a value in bytes: a shorter text has no value in it. */
size_t vv_erase_values_least(const vv_erase_values *v);
/* Returns true if a value consists of characters that numbers, dates and times also have. */
bool vv_erase_values_numeric(const vv_erase_values *v);
/* Returns true if a value has a quote, a backslash or a control character, which files may escape. */
bool vv_erase_values_escaped(const vv_erase_values *v);

/* Returns true if the text is equal to a value, and sets *place to the value's. Out of memory: false,
 * and vv_erase_values_ok fails from then on. */
bool vv_erase_values_is(vv_erase_values *v, const char *text, size_t len, size_t *place);

/* A set of places. Zero it first. */
typedef struct vv_erase_found {
	uint32_t *items; /* ascending after vv_erase_found_sort */
	size_t count, cap;
	bool failed; /* memory ran out */
} vv_erase_found;
void vv_erase_found_clear(vv_erase_found *f);
VV_AUTO_CLEAR(vv_erase_found, vv_erase_found_clear)
void vv_erase_found_add(vv_erase_found *f, size_t place);
/* Adds the places of more to f, which must be sorted, and is sorted afterwards. */
void vv_erase_found_join(vv_erase_found *f, const vv_erase_found *more);
void vv_erase_found_sort(vv_erase_found *f); /* also removes repeated places */
/* Returns true if the place is in f, which must be sorted. */
bool vv_erase_found_has(const vv_erase_found *f, size_t place);

/* Adds the places of all values that the text contains to *out; returns true if there are any. A value
 * counts only where no ASCII letter or digit continues it on either side. Also searches the text with
 * its backslash escapes decoded, as JSON and programs have them. Out of memory: as for
 * vv_erase_values_is. */
bool vv_erase_values_in(vv_erase_values *v, const char *text, size_t len, vv_erase_found *out);

/* Appends the text to out, with `word` in place of each value that counts in it as for
 * vv_erase_values_in; returns true if there are any. Values that are written with backslash escapes
 * stay. Out of memory: as for vv_erase_values_is. */
bool vv_erase_values_mask(vv_erase_values *v, const char *text, size_t len, const char *word,
			  vv_buf *out);

/* VV_ENOMEM: memory ran out in a search. */
vv_status vv_erase_values_ok(const vv_erase_values *v, vv_error *err);

#endif
