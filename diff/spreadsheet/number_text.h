/*
 * number_text: decimal numbers of any length, read from texts and rounded exactly.
 *
 * 	vv_number_text n;
 *
 * 	if (vv_number_text_read(&n, "9.90", 4)) ... n.digits "99", n.point 1
 *
 * The value is 0.DIGITS times ten to the power of `point`. No floating point is used.
 */
#ifndef VV_DIFF_SPREADSHEET_NUMBER_TEXT_H
#define VV_DIFF_SPREADSHEET_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define VV_NUMBER_TEXT_MAX 60u /* most digits of a number */

typedef struct vv_number_text {
	char digits[VV_NUMBER_TEXT_MAX]; /* without zeros at either end; not NUL-terminated */
	size_t count;                    /* number of digits; 0: the value is zero */
	long point;                      /* power of ten; 0 if the value is zero */
	size_t places; /* number of digits behind the mark in the text, with zeros */
	bool negative;
	bool zeros;    /* the text has zeros in front of another digit */
	bool exponent; /* the text has an exponent */
	char mark;     /* the mark before the fraction, or 0 */
} vv_number_text;

/* Reads a number such as "-12.50", "12,5" or "1.5E+07"; blanks around it are ignored. Returns false
 * if the text is not such a number. */
bool vv_number_text_read(vv_number_text *n, const char *s, size_t len);
/* Returns the number with at most `keep` significant digits, rounded half away from zero. cut: the
 * other digits are dropped instead. keep may be negative: the result is then zero. */
vv_number_text vv_number_text_round(const vv_number_text *n, long keep, bool cut);
/* Whether the absolute values are equal. */
bool vv_number_text_same(const vv_number_text *a, const vv_number_text *b);
/* Appends the number without an exponent, with as many digits as it has; mark: the decimal mark. */
void vv_number_text_put(vv_buf *out, const vv_number_text *n, char mark);
/* Appends the number with an exponent of at least two digits, such as "1.5E+07". places: digits
 * behind the mark; 0: as many as there are. */
void vv_number_text_put_exponent(vv_buf *out, const vv_number_text *n, char mark, size_t places);

#endif
