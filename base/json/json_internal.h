/*
 * json_internal: what the files of json share: the memory for yajl, and functions for positions and
 * escapes in JSON text.
 */
#ifndef VV_BASE_JSON_JSON_INTERNAL_H
#define VV_BASE_JSON_JSON_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <yajl/yajl_parse.h>

#include "base/auto.h"
#include "base/error.h"

/* The memory for one yajl parser. yajl does not check if an allocation fails. Therefore all memory
 * that yajl may need for texts of up to `longest` bytes is allocated before yajl is called. A pool
 * must not move in memory after vv_json_pool_init, because `funcs` points to it. */
typedef struct vv_json_pool {
	unsigned char *bytes; /* the memory: size bytes, of which yajl got the first `used` */
	size_t size, used;
	size_t longest;         /* bytes of the longest text that the memory suffices for */
	yajl_alloc_funcs funcs; /* to be passed to yajl_alloc */
} vv_json_pool;

/* Prepares p for texts of len bytes. p must be zeroed before the first call. Memory that yajl has
 * already got from p becomes invalid. */
vv_status vv_json_pool_init(vv_json_pool *p, size_t len, vv_error *err);
void vv_json_pool_clear(vv_json_pool *p);
VV_AUTO_CLEAR(vv_json_pool, vv_json_pool_clear)

/* Returns the first offset at or after `from` whose byte is neither white space nor in seps. */
size_t vv_json_skip(const char *text, size_t len, size_t from, const char *seps);

/* Returns true if raw contains an escape of half a surrogate pair. raw is a JSON string, unparsed
 * and without its quotes; its escapes must be well-formed. */
bool vv_json_lone_surrogate(const char *raw, size_t len);

/* Returns the offset of the first byte of text that is not valid UTF-8, or len if all bytes are
 * valid. */
size_t vv_json_utf8_fault(const char *text, size_t len);

/* Finds the error after the parser `handle` has refused text. Returns the offset of the error, and
 * writes the reason to `why` as one line without a position, cut to `size` bytes including the NUL.
 * last_end: the offset of the end of the last token that a callback received. */
size_t vv_json_fault(yajl_handle handle, const char *text, size_t len, size_t last_end, char *why,
		     size_t size);

#endif
