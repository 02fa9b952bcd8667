/*
 * squeeze: compresses a stream of bytes as gzip or zstd, for other programs.
 *
 * A correct caller: vv_squeeze_open; vv_squeeze_write for each piece; vv_squeeze_end; vv_squeeze_close. decompress.h
 * does the opposite.
 */
#ifndef VV_REPO_BLOCKS_SQUEEZE_H
#define VV_REPO_BLOCKS_SQUEEZE_H

#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"

/* The format of the compressed bytes. */
typedef enum vv_squeeze_form { VV_SQUEEZE_GZIP, VV_SQUEEZE_ZSTD } vv_squeeze_form;
typedef vv_status (*vv_squeeze_fn)(void *payload, const void *bytes, size_t len, vv_error *err);

typedef struct vv_squeeze vv_squeeze;

/* Opens a stream, whose compressed bytes are passed to fn. fn borrows them during the call. If fn
 * fails, vv_squeeze_write or vv_squeeze_end returns the status of fn. */
vv_status vv_squeeze_open(vv_squeeze **out, vv_squeeze_form form, vv_squeeze_fn fn, void *payload,
			  vv_error *err);
/* Compresses len bytes. */
vv_status vv_squeeze_write(vv_squeeze *s, const void *bytes, size_t len, vv_error *err);
/* Ends the stream, and passes the last compressed bytes to fn. */
vv_status vv_squeeze_end(vv_squeeze *s, vv_error *err);
void vv_squeeze_close(vv_squeeze *s); /* accepts NULL */
VV_AUTO_FREE(vv_squeeze, vv_squeeze_close)

#endif
