/*
 * memo: answers about what never changes (two versions' counts, a column of a version), remembered
 * between visits.
 *
 * Keys name content by CID or commit, so that an entry is true for ever; whether the visitor may see it is asked
 * before. The oldest go once there is more than the limit. Functions may be called from several threads.
 */
#ifndef VV_CMD_WEB_MODEL_MEMO_H
#define VV_CMD_WEB_MODEL_MEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"

typedef struct vv_web_memo vv_web_memo;

vv_web_memo *vv_web_memo_new(size_t bytes_max); /* NULL: out of memory */
void vv_web_memo_free(vv_web_memo *m);          /* accepts NULL */
VV_AUTO_FREE(vv_web_memo, vv_web_memo_free)

/* Appends what was remembered; false: nothing. m may be NULL. */
bool vv_web_memo_get(vv_web_memo *m, const vv_buf *key, vv_buf *out);
/* Remembers, where there is memory for it. */
void vv_web_memo_put(vv_web_memo *m, const vv_buf *key, const void *bytes, size_t len);

#endif
