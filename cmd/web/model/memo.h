/*
 * memo: answers that never change (two versions' counts, a column of a version), cached between visits.
 *
 * Keys name content by CID or commit, so that an entry is always true; access rights are checked before. The
 * oldest are dropped above the limit. Functions may be called from several threads.
 */
#ifndef VV_CMD_WEB_MODEL_MEMO_H
#define VV_CMD_WEB_MODEL_MEMO_H

#include "cmd/web/model/visit.h"

/* Appends the cached answer; false: none. m may be NULL. */
bool vv_web_memo_get(vv_block_cache *m, const vv_buf *key, vv_buf *out);
/* Caches an answer, if memory allows, replacing an earlier one. */
void vv_web_memo_put(vv_block_cache *m, const vv_buf *key, const void *bytes, size_t len);

/* Converts a struct with pointers to bytes, or back into the visit's memory: one function handles both directions,
 * member by member. */
typedef struct vv_web_kept {
	vv_web_visit *v;
	vv_buf bytes;
	bool reading;
	size_t at; /* of bytes, reading */
} vv_web_kept;
typedef void (*vv_web_kept_fn)(vv_web_kept *k, void *object);

void vv_web_kept_bytes(vv_web_kept *k, void *object, size_t len);
/* Both return the member's new value; an array is NULL when out of memory. */
const char *vv_web_kept_text(vv_web_kept *k, const char *text, size_t len);
void *vv_web_kept_array(vv_web_kept *k, void *items, size_t count, size_t size);

bool vv_web_recall(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object);
void vv_web_remember(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object);

#endif
