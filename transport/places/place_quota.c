/*
 * place_quota: a place's folders are four levels deep at most.
 */
#include "transport/places/place_quota.h"

#include <stdio.h>

#include "base/text.h"

#define DEPTH 4u
#define FOLDER_MAX 400u

typedef struct counting {
	const vv_place_ops *ops;
	void *payload;
	uint64_t *used;
	const char *folder;
	unsigned depth;
} counting;

static vv_status count_entry(void *payload, const vv_listed *e, vv_error *err)
{
	const counting *c = payload;
	char folder[FOLDER_MAX];

	if (e->size != UINT64_MAX) {
		*c->used += e->size;
		return VV_OK;
	}
	int n = snprintf(folder, sizeof(folder), "%s%s%s", c->folder, *c->folder ? "/" : "",
			 e->name);
	if (c->depth == 0 || n < 0 || (size_t)n >= sizeof(folder)) {
		return VV_OK; /* none of ours */
	}
	counting below = {.ops = c->ops,
			  .payload = c->payload,
			  .used = c->used,
			  .folder = folder,
			  .depth = c->depth - 1};
	return c->ops->list(c->payload, folder, count_entry, &below, err);
}

void vv_place_quota_init(vv_place_quota *q, const vv_place_facts *facts)
{
	*q = (vv_place_quota){.most = facts->quota, .more = facts->more};
}

vv_status vv_place_quota_check(vv_place_quota *q, const vv_place_ops *ops, void *payload,
			       size_t len, vv_error *err)
{
	counting c = {
		.ops = ops, .payload = payload, .used = &q->used, .folder = "", .depth = DEPTH};
	vv_status rc;

	if (q->most == 0) return VV_OK;
	if (!q->counted) {
		q->used = 0;
		if ((rc = ops->list(payload, "", count_entry, &c, err)) < 0) return rc;
		q->counted = true;
	}
	if (q->used + len > q->most) {
		vv_fail(err, VV_EREFUSED, "it is full: %s of at most %s are used",
			vv_text_bytes(q->used), vv_text_bytes(q->most));
		return vv_hint_code(err, q->more);
	}
	return VV_OK;
}
