/*
 * memo: answers about what never changes (two versions' counts, a column of a version), remembered
 * between visits.
 *
 * Keys name content by CID or commit, so that an entry is true for ever; whether the visitor may see it is asked
 * before. The oldest go once there is more than the limit. Functions may be called from several threads.
 */
#ifndef VV_CMD_WEB_MODEL_MEMO_H
#define VV_CMD_WEB_MODEL_MEMO_H

#include "cmd/web/model/visit.h"

/* Appends what was remembered; false: nothing. m may be NULL. */
bool vv_web_memo_get(vv_block_cache *m, const vv_buf *key, vv_buf *out);
/* Remembers, where there is memory for it, in the place of what was remembered before. */
void vv_web_memo_put(vv_block_cache *m, const vv_buf *key, const void *bytes, size_t len);

/* Something with pointers on its way into bytes, or out of them again into the visit's memory: one function goes over it
 * both ways, member by member. */
typedef struct vv_web_kept {
	vv_web_visit *v;
	vv_buf bytes;
	bool reading;
	size_t at; /* of bytes, reading */
} vv_web_kept;
typedef void (*vv_web_kept_fn)(vv_web_kept *k, void *object);

void vv_web_kept_bytes(vv_web_kept *k, void *object, size_t len);
/* Both answer what the member is from then on; an array is NULL where memory ran out. */
const char *vv_web_kept_text(vv_web_kept *k, const char *text, size_t len);
void *vv_web_kept_array(vv_web_kept *k, void *items, size_t count, size_t size);

bool vv_web_recall(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object);
void vv_web_remember(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object);

#endif
