/*
 * place_quota: for the kinds of places: checks that a place does not exceed its quota.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_QUOTA_H
#define VV_TRANSPORT_PLACES_PLACE_QUOTA_H

#include "transport/places/place.h"

/* The quota of a place. */
typedef struct vv_place_quota {
	uint64_t most; /* most bytes; 0: no limit */
	/* bytes of all objects, valid if counted is true; the kind adds the bytes that it writes */
	uint64_t used;
	bool counted;    /* the bytes of the place were counted */
	vv_hint_id more; /* as vv_place_facts.more */
} vv_place_quota;

/* Sets *q to the quota in facts. The bytes of the place are not counted yet. */
void vv_place_quota_init(vv_place_quota *q, const vv_place_facts *facts);

/* Checks that len more bytes are within the quota. If q->counted is false, first counts the bytes
 * of the place with ops->list. VV_EREFUSED: the bytes would exceed the quota. */
vv_status vv_place_quota_check(vv_place_quota *q, const vv_place_ops *ops, void *payload,
			       size_t len, vv_error *err);

#endif
