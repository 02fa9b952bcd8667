/*
 * memo: caches answers for later visits, such as the counts of changes between two versions, or the
 * statistics of a column of a version.
 *
 * The key of an answer contains everything that determines the answer: the CIDs or commit ids of
 * the data, and the day if the answer depends on the time. The caller must check access rights
 * before it uses the cache. If the cache exceeds its limit (VV_WEB_MEMO_BYTES), old answers are
 * removed. Several threads may use one cache at the same time.
 */
#ifndef VV_CMD_WEB_MODEL_MEMO_H
#define VV_CMD_WEB_MODEL_MEMO_H

#include "cmd/web/model/visit.h"

/* Appends the answer with this key to out. Returns false if the cache lacks the answer. m may be
 * NULL: returns false. */
bool vv_web_memo_get(vv_block_cache *m, const vv_buf *key, vv_buf *out);
/* Adds an answer to the cache, and replaces an earlier answer with this key. Does nothing if m is
 * NULL, if the answer is too large, or if memory runs out. */
void vv_web_memo_put(vv_block_cache *m, const vv_buf *key, const void *bytes, size_t len);

/* The state of a conversion of a struct, which may have pointers, to bytes for the cache, or of
 * such bytes to the struct. */
typedef struct vv_web_kept {
	vv_web_visit *v; /* owns texts and arrays that are read */
	vv_buf bytes;
	bool reading; /* the direction: bytes are converted to the struct */
	size_t at;    /* when reading: the offset of the next member in bytes */
} vv_web_kept;
/* Converts an object in either direction. The function calls vv_web_kept_bytes for the struct
 * itself, and then one of the functions below for each text and array to which the struct
 * points. */
typedef void (*vv_web_kept_fn)(vv_web_kept *k, void *object);

/* Converts a member of len bytes without pointers. */
void vv_web_kept_bytes(vv_web_kept *k, void *object, size_t len);
/* Converts a text of len bytes. Returns the new value of the member: `text` itself, or, if
 * k->reading, a text that the visit owns. */
const char *vv_web_kept_text(vv_web_kept *k, const char *text, size_t len);
/* Converts an array of count items of this size. Returns the new value of the member, as
 * vv_web_kept_text does. NULL: memory ran out; v->failed is then set. */
void *vv_web_kept_array(vv_web_kept *k, void *items, size_t count, size_t size);

/* Sets *object to the answer with this key in the visit's cache. Returns false if the cache lacks
 * the answer. */
bool vv_web_recall(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object);
/* Adds *object to the visit's cache as the answer with this key. */
void vv_web_remember(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object);

#endif
