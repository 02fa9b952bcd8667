/*
 * transcode: UTF-16 text as UTF-8, on the way from one stream to the next.
 *
 * UTF-16 is told by its byte order mark, or by NULs in every second byte at the
 * beginning. The mark is not passed on. Anything else passes as it is.
 */
#ifndef VV_DATASET_READ_TRANSCODE_H
#define VV_DATASET_READ_TRANSCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

typedef ssize_t (*vv_transcode_read_fn)(void *payload, void *buf, size_t len, vv_error *err);

typedef struct vv_transcode {
	vv_transcode_read_fn read;
	void *payload;
	const char *name; /* for messages; borrowed */
	uint8_t in[64 << 10];
	size_t len, pos; /* of in */
	bool at_end;
	bool is_utf16, big_endian;
	uint64_t offset;   /* of in[0] in the whole input */
	uint64_t replaced; /* surrogates without their other half: U+FFFD in the output */
} vv_transcode;

/* Looks at the beginning. */
vv_status vv_transcode_init(vv_transcode *t, vv_transcode_read_fn read, void *payload,
			    const char *name, vv_error *err);

/* Up to len bytes (at least 4); 0 at the end; a negative vv_status. VV_EINPUT for an odd
 * number of bytes. payload is the vv_transcode. */
ssize_t vv_transcode_read(void *payload, void *buf, size_t len, vv_error *err);

#endif
