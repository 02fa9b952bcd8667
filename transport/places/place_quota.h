/*
 * place_quota: the size limit and the used size of a place, for the kinds of places that support
 * them.
 */
#ifndef VV_TRANSPORT_PLACES_PLACE_QUOTA_H
#define VV_TRANSPORT_PLACES_PLACE_QUOTA_H

#include "transport/places/place.h"

/* The quota of a place. used is valid if counted is true. */
typedef struct vv_place_quota {
	uint64_t most; /* maximum bytes; 0: no limit */
	uint64_t used;
	bool counted;
	vv_hint_id more; /* as vv_place_facts.more */
} vv_place_quota;

void vv_place_quota_init(vv_place_quota *q, const vv_place_facts *facts);

/* Checks that len more bytes fit into the place. The first call counts the content of the place
 * with the list function of ops. VV_EREFUSED: the place is full. */
vv_status vv_place_quota_check(vv_place_quota *q, const vv_place_ops *ops, void *payload,
			       size_t len, vv_error *err);

#endif
