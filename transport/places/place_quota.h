/*
 * place_quota: checks the limit of a place's size, for the kinds of places.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_QUOTA_H
#define VV_TRANSPORT_PLACES_PLACE_QUOTA_H

#include "transport/places/place.h"

/* The quota of a place. */
typedef struct vv_place_quota {
	uint64_t most;   /* most bytes; 0: no limit */
	uint64_t used;   /* bytes of all objects; valid if counted is true */
	bool counted;    /* the content was counted */
	vv_hint_id more; /* as vv_place_facts.more */
} vv_place_quota;

/* Sets *q to the quota of the facts, not counted yet. */
void vv_place_quota_init(vv_place_quota *q, const vv_place_facts *facts);

/* Checks that len more bytes are within the quota. The first call counts the content of the place
 * with ops->list. VV_EREFUSED: the quota is used up. */
vv_status vv_place_quota_check(vv_place_quota *q, const vv_place_ops *ops, void *payload,
			       size_t len, vv_error *err);

#endif
