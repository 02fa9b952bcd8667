/*
 * file_text: the UTF-8 text of a file that is written in another encoding, read from the file's bytes.
 *
 *	vv_file_text_open(&t, &file, &how, err);    // t NULL: the file is UTF-8; read it as it is
 *	... read vv_file_text_source(t) to its end
 *	vv_file_text_measure(t, &bytes, &hash, err);
 *
 * The text read is encoded again meanwhile, so that the end proves that it reproduces the file.
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

typedef struct vv_file_text_options {
	const char *declared; /* the declared encoding; NULL: detect it */
	const char *before;   /* that of the version before; empty: UTF-8, or NULL */
	bool is_text;         /* the source is text already, which is only measured */
	bool clean; /* invalid bytes become U+FFFD, and the mark is left out: the file cannot be measured
	                       * then */
} vv_file_text_options;

/* Looks at the beginning of the file. Where it is UTF-8, a source that can be read again is back at its beginning, and *out
 * is NULL. file must outlive it. VV_EUSAGE: no such encoding. */
typedef struct vv_file_text vv_file_text;
vv_status vv_file_text_open(vv_file_text **out, const vv_source *file,
			    const vv_file_text_options *how, vv_error *err);
void vv_file_text_close(vv_file_text *t); /* accepts NULL */
VV_AUTO_FREE(vv_file_text, vv_file_text_close)

/* Borrowed. Its offsets differ from those in the file. */
const vv_source *vv_file_text_source(const vv_file_text *t);
/* Empty: UTF-8, of a source that cannot be read again. */
const char *vv_file_text_encoding(const vv_file_text *t);
/* The first bytes of the text, up to a MiB of the file. */
const vv_buf *vv_file_text_sample(const vv_file_text *t);

/* Of UTF-16: how many line feeds and marks are in the other byte order so far; *line: that of the first one, from 1. */
uint64_t vv_file_text_swapped(const vv_file_text *t, uint64_t *line);

/* How many U+FFFD there are so far in place of something else. */
uint64_t vv_file_text_replaced(const vv_file_text *t);

/* At the end: the file's length in bytes, and their XXH3-128. VV_EREFUSED: the text would not reproduce the file's
 * bytes. */
vv_status vv_file_text_measure(vv_file_text *t, uint64_t *bytes, vv_hash128 *hash, vv_error *err);

/* The line (from 1) that contains the byte at an offset of the text. Reads the file to there. */
vv_status vv_file_text_line(const vv_source *file, const char *encoding, uint64_t offset,
			    uint64_t *line, vv_error *err);

#endif
