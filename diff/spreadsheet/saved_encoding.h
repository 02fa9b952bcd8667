/*
 * saved_encoding: the encoding in which a spreadsheet program saved a file, if it is not UTF-8.
 *
 * 	vv_saved_encoding_new(&s, err);
 * 	vv_saved_encoding_learn(s, &was, &is, err);     for cells whose text in UTF-8 is known
 * 	if (vv_saved_encoding_found(s)) vv_saved_encoding_text(&out, s, bytes, len)
 *
 * It is found from the cells of the older version: the encoding in which most of their texts have the
 * bytes of the newer version. A letter that the encoding lacks became '?'.
 */
#ifndef VV_DIFF_SPREADSHEET_SAVED_ENCODING_H
#define VV_DIFF_SPREADSHEET_SAVED_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"

typedef struct vv_saved_encoding vv_saved_encoding;

vv_status vv_saved_encoding_new(vv_saved_encoding **out, vv_error *err);
void vv_saved_encoding_free(vv_saved_encoding *s); /* accepts NULL */
VV_AUTO_FREE(vv_saved_encoding, vv_saved_encoding_free)

/* Whether `is` could be the text of `was`, which is UTF-8, in another encoding. */
bool vv_saved_encoding_could(const vv_cell *was, const vv_cell *is);
/* Compares the texts in all encodings that are still possible. */
vv_status vv_saved_encoding_learn(vv_saved_encoding *s, const vv_cell *was, const vv_cell *is,
				  vv_error *err);
/* Whether a cell was found in some encoding. windows-1252, the most common one, is preferred. */
bool vv_saved_encoding_found(const vv_saved_encoding *s);

/* Appends a text of UTF-8 as the file has it. as_utf8: the letters that the encoding has stay UTF-8; the
 * others are '?' nevertheless. *lost: some are. */
vv_status vv_saved_encoding_put(vv_buf *out, bool *lost, vv_saved_encoding *s, const char *text,
				size_t len, bool as_utf8, vv_error *err);
/* Whether the bytes are in the file's encoding rather than in UTF-8. */
bool vv_saved_encoding_is_of(const vv_saved_encoding *s, const char *bytes, size_t len);
/* Appends bytes of the file as UTF-8. Returns false, and appends nothing, if the encodings in which the
 * known cells are equal differ in this text, or none was found. */
bool vv_saved_encoding_text(vv_buf *out, vv_saved_encoding *s, const char *bytes, size_t len);

#endif
