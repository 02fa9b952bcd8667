/*
 * json_internal: declarations that the files of json share: memory for yajl that cannot run out,
 * and places and escapes in JSON text.
 */
#ifndef VV_BASE_JSON_JSON_INTERNAL_H
#define VV_BASE_JSON_JSON_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <yajl/yajl_parse.h>

#include "base/auto.h"
#include "base/error.h"

/* yajl does not check the results of its allocator. So all memory that it may need for texts of up
 * to `longest` bytes is allocated before it starts. */
typedef struct vv_json_pool {
	unsigned char *bytes;
	size_t size, used;
	size_t longest;
	yajl_alloc_funcs funcs;
} vv_json_pool;

/* Makes p (zeroed at first) ready for texts of len bytes. All that yajl took
 * from it is forgotten. */
vv_status vv_json_pool_init(vv_json_pool *p, size_t len, vv_error *err);
void vv_json_pool_clear(vv_json_pool *p);
VV_AUTO_CLEAR(vv_json_pool, vv_json_pool_clear)

/* First offset at or after from that is neither white space nor one of seps. */
size_t vv_json_skip(const char *text, size_t len, size_t from, const char *seps);

/* Does this string, unparsed and without its quotes, escape half a surrogate pair? The escapes must
 * be well formed. */
bool vv_json_lone_surrogate(const char *raw, size_t len);

/* Offset of the first byte that is not valid UTF-8; len when all is. */
size_t vv_json_utf8_fault(const char *text, size_t len);

/* After handle refused text: where, given the end of the last token that a
 * callback saw, and why (one line, cut to size). */
size_t vv_json_fault(yajl_handle handle, const char *text, size_t len, size_t last_end, char *why,
		     size_t size);

#endif
