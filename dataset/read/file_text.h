/*
 * file_text: reads a file in another encoding as UTF-8 text.
 *
 * A correct caller calls vv_file_text_open. If this sets *out to NULL, the file is UTF-8, and the
 * caller reads the file itself. Else the caller reads vv_file_text_source to its end, then calls
 * vv_file_text_measure, and at last vv_file_text_close.
 *
 * While the text is read, it is encoded again. vv_file_text_measure compares the encoded bytes with
 * those of the file.
 */
#ifndef VV_DATASET_READ_FILE_TEXT_H
#define VV_DATASET_READ_FILE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "dataset/read/source.h"

/* The options for reading a file. */
typedef struct vv_file_text_options {
	const char *declared; /* the declared encoding; NULL: detect it */
	/* the encoding of the previous version; "": UTF-8; NULL: no previous version */
	const char *before;
	/* the source is UTF-8 text already; it is encoded only to find the length and hash of the
	 * file */
	bool is_text;
	/* replace each invalid byte by U+FFFD, and omit the byte order mark; vv_file_text_measure
	 * cannot be used then */
	bool clean;
} vv_file_text_options;

/* A file that is read as text. */
typedef struct vv_file_text vv_file_text;
/* Reads the beginning of the file and determines the encoding. If the file is UTF-8 and the source
 * can be read again, rewinds the source and sets *out to NULL. file must outlive *out. VV_EUSAGE:
 * the declared encoding is unknown. VV_ENOSUPPORT: the system's iconv does not support it. VV_EINPUT, VV_EREFUSED: the beginning of the file is not valid
 * in the encoding, such as a byte order mark of another byte order. */
vv_status vv_file_text_open(vv_file_text **out, const vv_source *file,
			    const vv_file_text_options *how, vv_error *err);
void vv_file_text_close(vv_file_text *t); /* accepts NULL */
VV_AUTO_FREE(vv_file_text, vv_file_text_close)

/* Returns a source of the text; borrowed. Its offsets count bytes of the text, not of the file. */
const vv_source *vv_file_text_source(const vv_file_text *t);
/* Returns the canonical name of the file's encoding; borrowed. "": UTF-8, which occurs only if the
 * source cannot be read again. */
const char *vv_file_text_encoding(const vv_file_text *t);
/* Returns the beginning of the text, from the file's first MiB; borrowed. Empty if the encoding is
 * "". */
const vv_buf *vv_file_text_sample(const vv_file_text *t);

/* UTF-16: returns the number of line feeds and byte order marks read so far that have the wrong
 * byte order, and sets *line to the line of the first of them, from 1. */
uint64_t vv_file_text_swapped(const vv_file_text *t, uint64_t *line);

/* Returns the number of times that the option `clean` has written U+FFFD so far: once for each
 * invalid byte or unpaired surrogate. */
uint64_t vv_file_text_replaced(const vv_file_text *t);

/* Sets *bytes to the file's length, and *hash to the XXH3-128 of its bytes. Call this after the
 * whole text was read, and only if the encoding is not "". VV_EREFUSED: encoding the text does not
 * reproduce the file's bytes. */
vv_status vv_file_text_measure(vv_file_text *t, uint64_t *bytes, vv_hash128 *hash, vv_error *err);

/* Sets *line to the number, from 1, of the line that contains the byte at `offset` of the text.
 * Reads the file up to this byte; the source must be at its beginning. encoding: the file's
 * encoding, not UTF-8. */
vv_status vv_file_text_line(const vv_source *file, const char *encoding, uint64_t offset,
			    uint64_t *line, vv_error *err);

#endif
