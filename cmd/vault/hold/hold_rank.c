/*
 * hold_rank: what the room said last, so that nobody needs the room to know where he stands.
 */
#include "cmd/vault/hold/hold_rank.h"

#include "base/sys.h"
#include "base/thread.h"

struct vv_hold_rank {
	vv_mutex *lock;
	vv_hold_ranked *items;
	size_t count;
	uint64_t version; /* of the room, when it was asked; 0: never */
};

vv_hold_rank *vv_hold_rank_new(void)
{
	vv_auto_free vv_hold_rank *r = vv_calloc(1, sizeof(*r));

	if (r && !(r->lock = vv_mutex_new())) return NULL;
	return vv_take(&r);
}

void vv_hold_rank_free(vv_hold_rank *r)
{
	if (r) {
		vv_mutex_free(r->lock);
		vv_free(r->items);
		vv_free(r);
	}
}

uint64_t vv_hold_rank_of(vv_hold_rank *r, const vv_cid *vault)
{
	uint64_t rank = 0;

	vv_mutex_lock(r->lock);
	for (size_t i = 0; i < r->count && rank == 0; i++) {
		rank = vv_cid_equal(&r->items[i].vault, vault) ? r->items[i].room : 0;
	}
	vv_mutex_unlock(r->lock);
	return rank;
}

vv_status vv_hold_rank_learn(vv_hold_rank *r, vv_hold_room *room, vv_error *err)
{
	vv_hold_ranked *list;
	vv_auto_free vv_hold_ranked *old = NULL;
	size_t count;
	vv_status rc;

	if (r->version == vv_hold_room_version(room)) return VV_OK;
	if ((rc = vv_hold_room_rank(room, &list, &count, err)) < 0) return rc;
	vv_mutex_lock(r->lock);
	old = r->items;
	r->items = list;
	r->count = count;
	vv_mutex_unlock(r->lock);
	r->version = vv_hold_room_version(room);
	return VV_OK;
}
