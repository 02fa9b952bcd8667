/*
 * place_quota: the size limit of a place, and its used size; for the kinds of places.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_QUOTA_H
#define VV_TRANSPORT_PLACES_PLACE_QUOTA_H

#include "transport/places/place.h"

/* used is valid only if counted. */
typedef struct vv_place_quota {
	uint64_t most; /* bytes; 0: no limit */
	uint64_t used;
	bool counted;
	vv_hint_id more; /* vv_place_facts.more */
} vv_place_quota;

void vv_place_quota_init(vv_place_quota *q, const vv_place_facts *facts);

/* Checks that len more bytes fit. The first call counts the place's content with the list function
 * of ops. VV_EREFUSED: the place is full. */
vv_status vv_place_quota_check(vv_place_quota *q, const vv_place_ops *ops, void *payload,
			       size_t len, vv_error *err);

#endif
